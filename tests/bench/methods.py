"""Hold the planner's estimates against a clock: ``make bench-methods``, some five minutes.

Each layer is computed in every way that can compute it, in turn, round by round, each round in another order drawn by
lot. The record gets the estimate and all times of each way, in milliseconds, as its entry `methods`; what else is in
it stays. A way whose estimate is far above the least one is not timed, and the row says so: it would take most of the
time, and no wrong choice would be found there. (An estimate that is wrong by so much would not be, either.)
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy
import threadpoolctl
from measuring import ROUNDS, Call, Row, agree, machine, peak, seconds, times_for, update
from shapes import DENSE, GROUPED

import convbook

#: Ways whose estimate is more than this many times the least are not timed.
HOPELESS = 30

#: How far the answers may differ, relative to the largest: sums of thousands of products in float32.
TOLERANCE = 1e-3


class Layer(NamedTuple):
    family: str
    name: str
    input: tuple[int, ...]
    weight: tuple[int, ...]
    options: dict[str, int]


def layers() -> Iterator[Layer]:
    """Yield the layers of the bench, and single-channel images and signals as layers."""
    for family, shapes in (("dense layers", DENSE), ("depthwise and grouped layers", GROUPED)):
        for shape in shapes:
            for batch in (1, 8):
                if shape.multiply_adds * batch < 6e9:
                    yield Layer(family, f"{shape}, batch {batch}", shape.input(batch), shape.weight, shape.options)
    for size in (256, 1024):
        for k in (3, 5, 7, 15, 31, 63):
            yield Layer("images", f"{size}² {k}×{k}", (1, 1, size, size), (1, 1, k, k), {})
    for samples in (10**4, 10**6):
        for k in (3, 9, 31, 128, 1000):
            yield Layer("signals", f"{samples:.0e} samples, {k} taps", (1, 1, samples), (1, 1, k), {})


def measure(layer: Layer, rounds: int, budget: float) -> Row:
    """Time every way to compute a layer in turn, until rounds or seconds run out, but in `ROUNDS` at least."""
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal(layer.input, np.float32), rng.standard_normal(layer.weight, np.float32)
    plan = convbook.explain_plan(x, weight, **layer.options)
    # A way that is taken for itself decides for itself how many threads share its blocks.
    plans = {
        name: convbook.explain_plan(x, weight, method=name, **layer.options).chosen
        for name, candidate in plan.candidates.items()
        if not isinstance(candidate, str)
    }
    least = min(one.nanoseconds for one in plans.values())
    calls: dict[str, Call] = {
        name: lambda name=name: convbook.conv(x, weight, method=name, **layer.options)
        for name, one in plans.items()
        if one.nanoseconds <= HOPELESS * least
    }
    agree(layer.name, calls, TOLERANCE)
    repeated = {name: times_for(call) for name, call in calls.items()}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    peaks = []
    end = time.perf_counter() + budget
    names, lots = list(calls), random.Random(0)
    for turn in range(rounds):
        if turn >= ROUNDS and time.perf_counter() > end:
            break
        lots.shuffle(names)
        for name in names:
            samples[name].append(seconds(calls[name], repeated[name]))
        peaks.append(peak())
    return {
        "family": layer.family,
        "layer": layer.name,
        "chosen": plan.method,
        "ways": {
            name: {
                "estimate": rounded(one.nanoseconds / 1e6),
                "on request": not one.worthwhile(),
                "times": [rounded(1e3 * each) for each in samples.get(name, [])],
            }
            for name, one in plans.items()
        },
        "peak": round(statistics.median(peaks), 1),
    }


def rounded(value: float) -> float:
    """Return a number with four digits that count."""
    return float(f"{value:.4g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--layer", default="", help="only layers whose name has this in it")
    parser.add_argument("--out", type=Path, help="the record to write into")
    chosen = parser.parse_args()
    rows: list[Row] = []
    start = time.perf_counter()
    for layer in layers():
        for threads in chosen.threads if chosen.layer in layer.name else ():
            with threadpoolctl.threadpool_limits(threads):
                rows.append({"threads": threads, **measure(layer, 11, 0.4)})
            print(as_line(rows[-1]), file=sys.stderr)
    print(f"{len(rows)} layers in {time.perf_counter() - start:.0f} seconds")
    if chosen.out:
        update(chosen.out, {"methods": {**machine(convbook, np, scipy), "hopeless": HOPELESS, "rows": rows}})


def as_line(row: Row) -> str:
    medians = {name: statistics.median(one["times"]) for name, one in row["ways"].items() if one["times"]}
    fastest = min(medians, key=lambda name: medians[name])
    cost = medians[row["chosen"]] / medians[fastest]
    found: Any = ", ".join(f"{name} {each:.3g}" for name, each in medians.items())
    return f"{cost:5.2f}  {row['threads']} {row['layer']}: {row['chosen']} chosen, {fastest} fastest ({found} ms)"


if __name__ == "__main__":
    main()
