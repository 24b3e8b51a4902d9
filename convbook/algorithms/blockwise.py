"""A layer's outputs, block by block, by the planned algorithm.

Whatever the algorithm, a block is one sentence: cut out the cells that it sees, bring them into the algorithm's form,
multiply, put the product in place.
"""

from typing import Any

import numpy as np

from convbook._arguments import Array
from convbook._geometry import Geometry
from convbook.algorithms import scratch
from convbook.algorithms import threads as pool
from convbook.algorithms.base import Block, threads_for
from convbook.algorithms.plan_layers import plan_for
from convbook.algorithms.planner import Plan
from convbook.algorithms.problem import problem_of, unsigned
from convbook.algorithms.scaling import Shifts, prescaled, scaled


def convolved(
    x: Array,
    weight: Array,
    windows: Geometry,
    groups: int,
    dtype: np.dtype[Any],
    method: str = "auto",
    out: Array | None = None,
    *,
    careful: bool = False,
) -> Array:
    """Return the sums over channels and taps, of shape ``(N, F, *output)``, in `dtype`."""
    x, weight = unsigned(x, dtype), unsigned(weight, dtype)
    problem = problem_of(x, weight, windows, groups, dtype)
    planned, by = plan_for(problem, x, weight, method, careful=careful)
    return computed(planned, x, weight, dtype, out, by=by)


def computed(
    planned: Plan,
    x: Array,
    weight: Array,
    dtype: np.dtype[Any],
    out: Array | None = None,
    *,
    by: Shifts | None = None,
) -> Array:
    """Return the sums over channels and taps as planned, of shape ``(N, F, *output)``, in `dtype`.

    What is multiplied is shifted before, and the sums are shifted back.
    """
    algorithm, problem = planned.chosen, planned.chosen.problem
    x, weight, back = prescaled(x, weight, by, problem.dtype)
    y = np.empty((problem.batch, problem.filters, *problem.windows.output), dtype) if out is None else out
    whole_rows = algorithm.box[1:] == problem.windows.output[1:]
    in_place = algorithm.anywhere or (out is None and y.dtype == problem.dtype and whole_rows)
    whole = algorithm.groups == problem.groups

    prepared: Array

    def prepare() -> None:
        nonlocal prepared
        prepared = algorithm.prepare(weight.astype(problem.dtype, copy=False))

    def compute(block: Block) -> None:
        target = y[block.outputs]
        with scratch.Borrowed():
            cells = algorithm.cells(x, block)
            found = target if in_place else scratch.empty(target.shape, problem.dtype)
            algorithm.run(cells, prepared if whole else prepared[block.groups], found)
            if not in_place:
                target[...] = found

    with scratch.Borrowed():
        pool.spread(compute, algorithm.blocks, threads_for(algorithm, planned.threads), prepare)
    if back:
        y[...] = scaled(y, back)
    return y
