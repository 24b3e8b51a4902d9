"""Convolve images that do not fit: ``make test-scale``.

A picture larger than the memory of all workers together lies on the disk. Several processes of ``dask.distributed``
convolve it into a store beside it; half-way, one of them is killed. Each result is compared, number by number, with
what strips of the picture give in memory; its time with that of one process, strip by strip, and with that of threads.
What a task costs, and a byte that goes from process to process, is measured by itself. Prints what was measured, and
with --out writes it to a file.
"""

import argparse
import json
import os
import platform
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import dask
import dask.array as da
import distributed
import numpy as np
import zarr

import convbook

CHUNK, STRIP, WORKERS, LIMIT = 1000, 500, 3, 300_000_000
SEED = 20_260_101
Array = np.ndarray[Any, np.dtype[Any]]
Function = Callable[[Any], Any]


def gaussian(size: int) -> Array:
    """Return a smooth kernel, not symmetric, so that no turned one passes."""
    line = np.exp(-0.5 * np.linspace(-2, 3, size) ** 2)
    return (np.outer(line, line[::-1] ** 2) / line.sum() ** 2).astype(np.float32)


SMALL, LARGE, LAYER = gaussian(9), gaussian(301), np.stack([gaussian(5), gaussian(5).T])[:, None]
FEW = 8  # channels between the layers of a network
NETWORK = [
    np.random.default_rng(SEED).standard_normal((out, into, 5, 5)).astype(np.float32) / (5 * into**0.5)
    for out, into in [(FEW, 1), (FEW, FEW), (FEW, FEW), (1, FEW)]
]


def network(x: Any) -> Any:
    """Compute a network of four layers, each with its positive part; of a block all of them, with one halo."""
    if isinstance(x, da.Array):
        return x.map_overlap(network, depth=8, boundary="none", dtype=np.float32, meta=np.empty((0, 0), np.float32))
    x = x[None, None]
    for weight in NETWORK:
        x = np.maximum(convbook.conv(x, weight, padding=2), 0)
    return x[0, 0]


#: Name, what is computed, and the rows of the picture that a row of the result sees before and after its own.
WORK: dict[str, tuple[Function, int, int]] = {
    "9×9, reflected": (lambda x: convbook.convolve(x, SMALL, "same", boundary="reflect"), 4, 1),
    "301×301, zeros": (lambda x: convbook.convolve(x, LARGE, "same"), 150, 1),
    "layer of two 5×5, stride 2": (lambda x: convbook.conv(x[None, None], LAYER, stride=2, padding=2)[0, 1], 2, 2),
    "maxima of 3×3, stride 2": (lambda x: convbook.max_pool(x[None, None], 3, stride=2, padding=1)[0, 0], 1, 2),
    "four layers of 5×5, 8 channels": (network, 8, 1),
}


def picture(folder: Path, size: int) -> Path:
    """Write a picture of random numbers to the disk, chunk by chunk."""
    path = folder / "picture.zarr"
    store = zarr.create_array(path, shape=(size, size), chunks=(CHUNK, CHUNK), dtype=np.float32, compressors=None)
    rng = np.random.default_rng(SEED)
    for row in range(0, size, CHUNK):
        store[row : row + CHUNK] = rng.standard_normal((min(CHUNK, size - row), size), np.float32)
    return path


def largest_difference(source: Any, result: Any, work: Function, halo: int, stride: int) -> float:
    """Compare all of a result with what strips of the picture give in memory, relative to its largest number."""
    size, worst, largest = source.shape[0], 0.0, 0.0
    for top in range(0, size, 2 * CHUNK):
        bottom = min(top + 2 * CHUNK, size)
        above = min(top, -(-halo // stride) * stride)  # so that windows lie as they do in the whole
        wanted = work(np.asarray(source[top - above : min(size, bottom + halo)]))
        rows = wanted[above // stride :][: -(-(bottom - top) // stride)]
        found = np.asarray(result[top // stride : top // stride + len(rows)])
        worst, largest = max(worst, float(abs(found - rows).max())), max(largest, float(abs(rows).max()))
    return worst / largest


def store(folder: Path, name: str, size: int) -> Any:
    """Return an empty picture on the disk, that of the results of a piece of work."""
    chunk, side = (n // WORK[name][2] for n in (CHUNK, size))
    path = folder / "result.zarr"
    return zarr.create_array(
        path, shape=(side, side), chunks=(chunk, chunk), dtype=np.float32, compressors=None, overwrite=True
    )


def in_strips(source: Path, folder: Path, name: str) -> float:
    """Compute in this process, with NumPy alone, strip by strip; return the seconds."""
    work, halo, stride = WORK[name]
    whole, rows = zarr.open_array(source), STRIP
    size = whole.shape[0]
    result = store(folder, name, size)
    started = time.perf_counter()
    for top in range(0, size, rows):
        above = min(top, -(-halo // stride) * stride)
        found = work(np.asarray(whole[top - above : min(size, top + rows + halo)]))
        result[top // stride : (top + rows) // stride] = found[above // stride :][: rows // stride]
    return time.perf_counter() - started


def in_threads(source: Path, folder: Path, name: str) -> float:
    """Compute chunk by chunk in the threads of this process; return the seconds."""
    y = WORK[name][0](da.from_zarr(str(source)))
    result = store(folder, name, len(y) * WORK[name][2])
    started = time.perf_counter()
    with dask.config.set(scheduler="threads", num_workers=os.cpu_count()):
        da.store(y, result, lock=False)
    return time.perf_counter() - started


def peak() -> int:
    """Return the bytes that this process has held at most: Linux keeps count."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024


def finished(dask_scheduler: Any) -> int:
    """Count the tasks that are done; called where the scheduler is."""
    return sum(task.state in ("memory", "released") for task in dask_scheduler.tasks.values())


def kill_one(client: distributed.Client, tasks: int, killed: list[str]) -> None:
    """Kill a worker when about a third of the tasks are done, as the system does it: without asking."""
    while not killed:
        if client.run_on_scheduler(finished) > tasks / 3:
            pids = client.run(os.getpid)
            address, pid = next(iter(pids.items()))
            os.kill(pid, signal.SIGKILL)
            killed.append(address)
        time.sleep(0.2)


def measured(name: str, source: Path, folder: Path, kill: bool) -> dict[str, Any]:
    """Compute one piece of work with several processes, and compare it."""
    work, halo, stride = WORK[name]
    with workers() as client:
        idle = max(client.run(peak).values())
        x = da.from_zarr(str(source))
        y = work(x)
        result = store(folder, name, x.shape[0])
        started, killed = time.perf_counter(), []
        done = client.compute(da.store(y, result, lock=False, compute=False))
        if kill:
            threading.Thread(target=kill_one, args=(client, len(dict(y.dask)), killed), daemon=True).start()
        done.result()
        seconds = time.perf_counter() - started
        most = max(client.run(peak).values())
    difference = largest_difference(zarr.open_array(source), result, work, halo, stride)
    if kill and not killed:
        raise SystemExit("No worker was killed: the work was done too early.")
    return {
        "work": name,
        "killed": len(killed),
        "seconds": round(seconds, 1),
        "strips_seconds": round(in_strips(source, folder, name), 1),
        "threads_seconds": round(in_threads(source, folder, name), 1),
        "halo": halo,
        "tasks": len(dict(y.dask)),
        "idle_megabytes": round(idle / 1e6),
        "peak_megabytes": round(most / 1e6),
        "difference": float(f"{difference:.1e}"),
    }


@contextmanager
def workers() -> Iterator[distributed.Client]:
    """Start the processes."""
    memory = {"distributed.worker.memory.spill": 0.7, "distributed.worker.memory.target": 0.6}
    with (
        dask.config.set(memory),
        distributed.LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            memory_limit=LIMIT,
            processes=True,
            dashboard_address="127.0.0.1:0",  # whatever port is free, and no dashboard on it
            scheduler_kwargs={"dashboard": False},
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def costs() -> dict[str, float]:
    """Measure what a task costs that has next to nothing to compute, and how fast bytes go from process to process."""
    with workers() as client:
        side = 16  # blocks on a side, as in the picture, and pixels on the side of each
        x = da.zeros((side * side, side * side), chunks=side, dtype=np.float32)
        y = WORK["9×9, reflected"][0](x)
        seconds = []
        for _ in range(4):
            started = time.perf_counter()
            client.compute(y.sum()).result()
            seconds.append(time.perf_counter() - started)
        tasks = len(dict(y.sum().dask))
        here, there, *_ = client.run(os.getpid)
        sent = []
        for number in range(6):
            block = client.submit(np.full, 10_000_000, number, np.float32, workers=[here], pure=False)
            distributed.wait(block)
            started = time.perf_counter()
            client.submit(len, block, workers=[there], pure=False).result()
            sent.append(time.perf_counter() - started)
        return {
            "empty_tasks": tasks,
            "empty_seconds": round(median(seconds[1:]), 2),
            "megabytes_per_second": round(40 / median(sent[1:])),
        }


def main() -> int:
    """Measure every piece of work, one of them with a worker killed, and the number of tasks."""
    options = argparse.ArgumentParser()
    options.add_argument("--size", type=int, default=16_000)
    options.add_argument("--folder", type=Path)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        source = picture(folder, given.size)
        print(f"A picture of {given.size**2 * 4 / 1e6:.0f} MB; {WORKERS} workers with {LIMIT / 1e6:.0f} MB each")
        for name, kill in [*((name, False) for name in WORK), (next(iter(WORK)), True)]:
            rows.append(measured(name, source, folder, kill))
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    spent = costs()
    print(json.dumps(spent), flush=True)
    counts = {}
    for blocks in (4, 8, 16, 32):
        x = da.zeros((blocks * CHUNK, blocks * CHUNK), chunks=CHUNK, dtype=np.float32)
        counts[blocks**2] = len(dict(WORK["9×9, reflected"][0](x).dask))
    print("chunks and tasks:", counts)
    record = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {one.__name__: one.__version__ for one in (np, dask, distributed, zarr)},
        "picture": {
            "side": given.size,
            "chunk": CHUNK,
            "strip_rows": STRIP,
            "megabytes": round(given.size**2 * 4 / 1e6),
        },
        "workers": {"number": WORKERS, "megabytes": round(LIMIT / 1e6)},
        "runs": rows,
        "costs": spent,
        "tasks": counts,
    }
    if given.out:
        given.out.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(any(row["difference"] > 1e-5 for row in rows))


if __name__ == "__main__":
    sys.exit(main())
