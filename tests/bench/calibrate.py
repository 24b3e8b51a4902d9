"""Find the costs that the planner's estimates are made of, for this machine: ``make calibrate``, some three minutes.

Layers are computed in every way, as ``make bench-methods`` does, with one thread; then the constants of
``convbook/algorithms/cost.py`` are fitted, so that estimates and times have the same ratio everywhere. Ways that are
far from the fastest count little: no choice depends on them. The result is scaled so that estimates are as long as the
usual ones in the mean, since those of sums that are made without any layer stay as they are.

A program uses the file that is written where the environment says ``CONVBOOK_COSTS=file``.
"""

import argparse
import json
import math
import statistics
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import methods
import numpy as np
import threadpoolctl
from measuring import Row
from scipy.optimize import least_squares

from convbook._geometry import geometry
from convbook.algorithms import cost
from convbook.algorithms.base import Algorithm
from convbook.algorithms.plan_layers import ALGORITHMS
from convbook.algorithms.problem import Problem

#: How much a constant that differs from the usual one by a factor of e counts, beside a way of a layer that does:
#: what no layer tells anything about stays as it is.
INERTIA = 0.3

#: A guess that is wrong by no more than this part is none: times differ by as much from hour to hour.
EQUAL = 0.02


class Timed(NamedTuple):
    """A layer, and the median of the milliseconds that each way takes."""

    problem: Problem
    medians: dict[str, float]


def problem_of(layer: methods.Layer) -> Problem:
    """Describe a layer of float32 by its sizes alone."""
    options = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1} | layer.options
    groups = options.pop("groups")
    windows = geometry(layer.input[2:], layer.weight[2:], **options)
    return Problem(*layer.input[:2], layer.weight[0], groups, windows, np.dtype(np.float32), exact=False)


def timed(rows: list[Row]) -> list[Timed]:
    """Bring layers and the times of a record together, those of one thread."""
    layers = {layer.name: layer for layer in methods.layers()}
    found = []
    for row in rows:
        medians = {name: statistics.median(way["times"]) for name, way in row["ways"].items() if way["times"]}
        if row["threads"] == 1 and len(medians) > 1:
            layer = layers[row["layer"]]
            found.append(Timed(problem_of(layer), medians))
    return found


def plans(layer: Timed) -> dict[str, Algorithm]:
    """Plan each way, with the costs of the moment."""
    found = {name: ALGORITHMS[name].plan(layer.problem, 1, finite=True) for name in layer.medians}
    return {name: one for name, one in found.items() if not isinstance(one, str)}


def estimates(layer: Timed) -> dict[str, float]:
    """Return the milliseconds that each way is estimated to take, by the costs of the moment."""
    return {name: one.nanoseconds / 1e6 for name, one in plans(layer).items()}


def logarithms(layers: list[Timed]) -> np.ndarray:
    """Return for each way of each layer how long its estimate is, as the logarithm of its ratio to the time."""
    return np.array(
        [math.log(each / layer.medians[name]) for layer in layers for name, each in estimates(layer).items()]
    )


def fitted(machines: list[list[Timed]]) -> cost.Costs:
    """Return the costs whose estimates fit the times of all these machines best, each as fast as it is."""
    usual = asdict(cost.Costs())
    layers = [layer for machine in machines for layer in machine]
    of_machine = np.concatenate([np.full(len(logarithms(machine)), i) for i, machine in enumerate(machines)])
    weights = np.array(
        [min(layer.medians.values()) / layer.medians[name] for layer in layers for name in estimates(layer)]
    )
    cost.costs = cost.Costs()
    level = float(np.average(logarithms(layers), weights=weights))

    def residuals(steps: np.ndarray) -> np.ndarray:
        cost.costs = cost.Costs(**{name: usual[name] * math.exp(step) for name, step in zip(usual, steps, strict=True)})
        found = logarithms(layers)
        for machine in range(len(machines)):
            own = of_machine == machine
            found[own] -= np.average(found[own], weights=weights[own])
        return np.concatenate([np.sqrt(weights) * found, INERTIA * (steps - steps.mean())])

    steps = least_squares(residuals, np.zeros(len(usual)), loss="soft_l1", f_scale=0.2, diff_step=0.02).x
    residuals(steps)
    steps += level - float(np.average(logarithms(layers), weights=weights))  # as long as the usual ones, in the mean
    return cost.Costs(
        **{name: float(f"{usual[name] * math.exp(step):.2g}") for name, step in zip(usual, steps, strict=True)}
    )


def choices(layers: list[Timed], costs: cost.Costs) -> tuple[int, float, float]:
    """Return how many guesses are right, and how much longer all take than the fastest, in the mean and at worst."""
    cost.costs = costs
    losses = []
    for layer in layers:
        allowed = {name: one.nanoseconds for name, one in plans(layer).items() if one.worthwhile()}
        if allowed:
            chosen = min(allowed, key=lambda name: allowed[name])
            losses.append(layer.medians[chosen] / min(layer.medians[name] for name in allowed))
    return sum(loss <= 1 + EQUAL for loss in losses), statistics.geometric_mean(losses), max(losses)


def measured() -> list[Row]:
    """Time all ways of all layers, with one thread."""
    rows: list[Row] = []
    for layer in methods.layers():
        with threadpoolctl.threadpool_limits(1):
            rows.append({"threads": 1, **methods.measure(layer, 11, 0.4)})
        print(methods.as_line(rows[-1]), file=sys.stderr)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", type=Path, nargs="*", help="take the times of these records, and measure nothing")
    parser.add_argument("--out", type=Path, help="where to write the costs")
    given = parser.parse_args()
    records: list[Any] = [json.loads(path.read_text(encoding="utf-8")) for path in given.record or []]
    machines = [timed(record["methods"]["rows"]) for record in records] or [timed(measured())]
    found = fitted(machines)
    for what, costs in (("usual", cost.Costs()), ("fitted", found)):
        for layers in machines:
            right, mean, worst = choices(layers, costs)
            print(
                f"{what:7} {right:3} of {len(layers)} right, {mean - 1:.1%} lost in the mean, {worst - 1:.0%} at worst"
            )
    for name, usual in asdict(cost.Costs()).items():
        print(f"{name:23} {usual:9.3g} {getattr(found, name):9.3g}")
    if given.out:
        given.out.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
