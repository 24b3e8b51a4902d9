"""Time the programs that the chapters on speed print: ``make bench-steps``, some five minutes.

What is timed is taken from the pages themselves, by the names of their cells. The record, `docs/_data/steps.json`, gets
all times in milliseconds: a layer from seven loops to a product in blocks (`steps`), the same product by the rows of a
block (`blocks`), rows of outputs by how many of them one product computes (`bands`), sums against Fourier transforms by
the taps of a filter (`spectra`), and columns against Winograd by the channels of a layer (`winograd`). Contenders run
in turn, round by round, each round in another order drawn by lot, with one thread.
"""

import argparse
import ast
import random
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl
from measuring import Call, Row, agree, machine, seconds, times_for, update
from numpy.lib.stride_tricks import sliding_window_view

import convbook
from book.execution import chapters

DOCS = Path(__file__).parents[2] / "docs"
ROUNDS = 9

#: The cells that hold the programs.
CELLS = {
    "a-layer-is-a-product": ["seven-loops", "a-window-at-a-time", "all-columns", "columns-in-blocks"],
    "multiply-less": ["recipe-overlap-save"],
    "multiply-more-and-win": ["rows-at-once"],
}


def printed(page: str) -> dict[str, Any]:
    """Run the definitions of a page's cells, and return their names."""
    names: dict[str, Any] = {"np": np, "sliding_window_view": sliding_window_view}
    cells = {cell.metadata.get("name"): cell.source for cell in chapters.read(DOCS / "speed" / f"{page}.md").cells}
    for name in CELLS[page]:
        for part in chapters.parsed(cells[name]).body:
            if isinstance(part, ast.FunctionDef):
                exec(compile(ast.Module([part], []), name, "exec"), names)
    return names


def in_turn(calls: dict[str, Call], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Return each contender's times in milliseconds."""
    repeated = {name: times_for(call) for name, call in calls.items()}
    found: dict[str, list[float]] = {name: [] for name in calls}
    names, lots = list(calls), random.Random(0)
    for _ in range(rounds):
        lots.shuffle(names)
        for name in names:
            found[name].append(float(f"{1e3 * seconds(calls[name], repeated[name]):.4g}"))
    return found


def layer(channels: int, filters: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1, channels, size + 2, size + 2), np.float32)
    return x, rng.standard_normal((filters, channels, 3, 3), np.float32)


def steps(size: int, rounds: int) -> Row:
    page = printed("a-layer-is-a-product")
    x, w = layer(16, 32, size)
    calls: dict[str, Call] = {
        "seven loops": lambda: page["by_loops"](x, w),
        "a window at a time": lambda: page["by_windows"](x, w),
        "all columns": lambda: page["by_columns"](x, w),
        "columns in blocks": lambda: page["by_blocks"](x, w),
        "the library": lambda: convbook.conv(x, w, method="columns"),
    }
    agree("steps", calls, 1e-4)
    made = w.size * size**2
    return {"input": x.shape, "weight": w.shape, "multiplications": made, "ways": in_turn(calls, rounds)}


def blocks(size: int, rounds: int) -> Row:
    page = printed("a-layer-is-a-product")
    x, w = layer(64, 64, size)
    rows = [1, 2, 4, 8, 16, 32, 56, 112, 224]
    filters, columns = w.reshape(64, -1), convbook.unfold(x, 3)[0]
    calls: dict[str, Call] = {"product alone": lambda: filters @ columns}
    calls |= {str(each): lambda each=each: page["by_blocks"](x, w, each) for each in rows if each <= size}
    found = in_turn(calls, rounds)
    return {"input": x.shape, "weight": w.shape, "product alone": found.pop("product alone"), "rows": found}


def bands(width: int, rounds: int) -> Row:
    page, rng = printed("multiply-more-and-win"), np.random.default_rng(0)
    taps, outputs = 3, 64
    picture = rng.standard_normal((outputs + taps - 1, width), np.float32)
    column = rng.standard_normal(taps).astype(np.float32)
    calls: dict[str, Call] = {str(b): lambda b=b: page["by_rows"](picture, column, b) for b in (1, 2, 4, 8, 16, 32)}
    agree("rows at once", calls, 1e-4)
    return {"taps": taps, "outputs": outputs, "width": width, "rows": in_turn(calls, rounds)}


#: An array of so many bytes is freed before transforms are timed: glibc then keeps for the next call what one frees.
#: Otherwise a process may ask for it anew in each call, which depends on what else it has freed.
FREED = 31 * 2**20


def spectra(samples: int, rounds: int) -> Row:
    np.ones(FREED, np.uint8)
    page, rng = printed("multiply-less"), np.random.default_rng(0)
    x, found = rng.standard_normal(samples), {}
    for taps in (4, 8, 16, 32, 64, 128, 256, 512, 1024):
        h = rng.standard_normal(taps)
        size = max(32, 8 * taps)
        calls: dict[str, Call] = {
            "sums": lambda h=h: np.correlate(x, h),
            "spectra": lambda h=h, size=size: page["by_overlap_save"](x, h, size),
        }
        agree(f"{taps} taps", calls, 1e-9)
        found[str(taps)] = in_turn(calls, rounds)
    return {"samples": samples, "freed": FREED, "taps": found}


def winograd(size: int, rounds: int) -> Row:
    found = {}
    for channels in (8, 16, 32, 64, 128, 256):
        x, w = layer(channels, channels, size)
        calls: dict[str, Call] = {
            way: lambda x=x, w=w, way=way: convbook.conv(x, w, method=way) for way in ("columns", "winograd")
        }
        agree(f"{channels} channels", calls, 1e-3)
        found[str(channels)] = in_turn(calls, rounds)
    return {"size": size, "channels": found}


#: part of the record -> what measures it, and for which size
PARTS = {
    "steps": (steps, 62),
    "blocks": (blocks, 224),
    "bands": (bands, 4096),
    "spectra": (spectra, 10**5),
    "winograd": (winograd, 56),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--small", action="store_true", help="small sizes and few rounds, to try the script")
    parser.add_argument("--out", type=Path, help="the record to write into")
    chosen = parser.parse_args()
    with threadpoolctl.threadpool_limits(1):
        for part in chosen.parts:
            measure, size = PARTS[part]
            found = measure(size // 8 if chosen.small else size, 2 if chosen.small else ROUNDS)
            print(part, found)
            if chosen.out:
                update(chosen.out, {**machine(convbook, np), part: found})


if __name__ == "__main__":
    main()
