"""A layer's outputs, block by block, by the planned algorithm.

Whatever the algorithm, a block is one sentence: cut out the cells that it sees, bring them into the algorithm's form,
multiply, put the product in place.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from convbook._arguments import Array
from convbook._geometry import Geometry
from convbook.algorithms import scratch
from convbook.algorithms import threads as pool
from convbook.algorithms.base import Algorithm, Block
from convbook.algorithms.exactness import compute_dtype
from convbook.algorithms.planner import Plan, plan
from convbook.algorithms.problem import Problem, in_line
from convbook.algorithms.scaling import prescaled, scaled, shifts


def problem_of(x: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Problem:
    """Describe the convolution of two arrays."""
    exact, compute_in = dtype.kind in "iu", compute_dtype(x, weight, dtype)
    converted = not x.dtype == dtype == compute_in or not in_line(x)
    return problem_with(x.shape[0], x.shape[1], weight.shape[0], groups, windows, compute_in, exact, converted)


#: A layer: one object for the same sizes, by which is looked up what has been found for it.
problem_with = lru_cache(1024)(Problem)


def unsigned(array: Array, dtype: np.dtype[Any]) -> Array:
    """Return signed integers, none of them negative, as unsigned ones for sums of those: NumPy's copies refuse them."""
    return array.astype(dtype, copy=False) if dtype.kind == "u" else array


def plan_for(problem: Problem, x: Array, weight: Array, method: str = "auto", *, careful: bool = False) -> Plan:
    """Plan a layer; only if the plan would spread infinities and NaNs, or might overflow, look at the numbers."""
    threads = 1 if problem.small else pool.available()
    planned = plan(problem, method, threads, True, careful)
    if method == "auto" and not planned.chosen.contained and not problem.exact:
        needed = shifts(x, weight, problem.dtype)
        large = needed is not None and min(needed.of_a, needed.of_b) < 0
        if needed is None or (large and planned.chosen.indirect):
            planned = plan(problem, method, threads, needed is not None, careful, large)
    return planned


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
    return computed(plan_for(problem, x, weight, method, careful=careful), x, weight, dtype, out)


def computed(planned: Plan, x: Array, weight: Array, dtype: np.dtype[Any], out: Array | None = None) -> Array:
    """Return the sums over channels and taps as planned, of shape ``(N, F, *output)``, in `dtype`."""
    algorithm, problem, back = planned.chosen, planned.chosen.problem, 0
    if algorithm.indirect:
        x, weight, back = prescaled(x, weight, problem.dtype)
    y = np.empty((problem.batch, problem.filters, *problem.windows.output), dtype) if out is None else out
    whole_rows = algorithm.box[1:] == problem.windows.output[1:]
    in_place = algorithm.anywhere or (out is None and y.dtype == problem.dtype and whole_rows)
    whole = algorithm.groups == problem.groups

    def compute(block: Block) -> None:
        target = y[block.outputs]
        with scratch.Borrowed():
            cells = algorithm.cells(x, block)
            found = target if in_place else scratch.empty(target.shape, problem.dtype)
            algorithm.run(cells, prepared if whole else prepared[block.groups], found)
            if not in_place:
                target[...] = found

    with scratch.Borrowed():
        prepared = algorithm.prepare(weight.astype(problem.dtype, copy=False))
        pool.spread(compute, algorithm.blocks, threads_for(algorithm, planned.threads))
    if back:
        y[...] = scaled(y, back)
    return y


def threads_for(algorithm: Algorithm, threads: int) -> int:
    """Return how many threads share the blocks: one where a thread more would not pay, or BLAS does it better."""
    if threads == 1 or len(algorithm.blocks) == 1 or algorithm.nanoseconds < pool.WORTH_SPREADING:
        return 1
    problem = algorithm.problem
    return 1 if problem.pointwise and not problem.converted and algorithm.images == 1 else threads
