"""The gradients of a layer: of its input, which is its adjoint and the transposed convolution, and of its weight.

The gradient of the input is a convolution again, or, with a stride, one for each phase of it; or else, where weights
are many, one product with all of them, whose columns are added up where their windows lie. The gradient of the weight
is a product of outputs with what the filters see; or, where filters are few, of inputs with what turned filters see of
the outputs.
"""

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from convbook._arguments import Array
from convbook._geometry import Geometry, add_windows
from convbook.algorithms import cost, scratch
from convbook.algorithms import threads as pool
from convbook.algorithms.base import BLOCK, OfGradient, threads_for
from convbook.algorithms.blockwise import convolved
from convbook.algorithms.columns import Columns
from convbook.algorithms.exactness import fits_float64, norm_exponents
from convbook.algorithms.plan_layers import plan
from convbook.algorithms.problem import Problem, in_line, problem_with, unsigned
from convbook.algorithms.taps import Taps


def spread_back(y: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Array:
    """Return the sums over filters and positions, of shape ``(N, C, *size)``: the adjoint of the above.

    Cells that are a multiple of the stride apart meet the same taps: on them it is a convolution of `y` with those
    taps, turned around, and with channels and filters exchanged. With stride 1 there is one such phase. What
    amplifies rounding errors is left out: those of gradients are the sums' own.
    """
    filters, channels = weight.shape[:2]
    if 0 in windows.size:
        return np.zeros((len(y), groups * channels, *windows.size), dtype)
    if _folding_pays(problem_with(len(y), groups * channels, filters, groups, windows, dtype, False)):
        return _folded(y, weight, windows, groups, dtype)
    turned = weight.reshape(groups, filters // groups, channels, *windows.kernel).swapaxes(1, 2)
    turned = turned.reshape(groups * channels, filters // groups, *windows.kernel)
    turned = np.flip(turned, tuple(range(2, turned.ndim)))
    phases = list(_phases(windows))
    if [phase.output for _, _, phase in phases] == [windows.size]:
        ((_, taps, phase),) = phases
        return convolved(y, turned[:, :, *taps], phase, groups, dtype, careful=True)
    x = np.zeros((len(y), groups * channels, *windows.size), dtype)
    for cells, taps, phase in phases:
        convolved(y, turned[:, :, *taps], phase, groups, dtype, out=x[:, :, *cells], careful=True)
    return x


@lru_cache(1024)
def _folding_pays(problem: Problem) -> bool:
    """Return whether `_folded` costs less than turned filters: if there are many weights, and few numbers to add."""
    if not cost.has_fast_product(problem.dtype):
        return False
    kernel, row = problem.windows.kernel, problem.windows.output[-1]
    depth = problem.channels_each * problem.taps
    products = problem.multiply_adds
    adding = 2 * cost.copies(problem.channels * problem.taps * problem.positions, row, problem.dtype)
    folding = cost.product(products, depth, problem.positions, problem.filters_each, problem.dtype) + adding
    turning = problem.filters * depth * cost.TURN * cost.width(problem.dtype)
    if problem.windows.stride == (1,) * len(kernel):
        lowering = plan(_exchanged(problem), "auto", 1, True, True).chosen.nanoseconds
    else:
        lowering = cost.copies(problem.filters * problem.taps * problem.positions, row, problem.dtype) * problem.batch
        seen = problem.filters_each * max(1, problem.taps // math.prod(problem.windows.stride))
        lowering += (
            cost.product(products, problem.channels_each, problem.positions, seen, problem.dtype) * problem.batch
        )
    fits = depth * problem.groups * problem.positions * problem.dtype.itemsize <= BLOCK // 2
    return fits and folding * problem.batch < turning + lowering


def _folded(y: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Array:
    """Multiply the filters with each example's outputs, and add up the columns where their windows lie."""
    filters, channels = weight.shape[:2]
    columns = weight.astype(dtype, copy=False).reshape(groups, filters // groups, -1).transpose(0, 2, 1)
    positions = math.prod(windows.output)
    x = np.zeros((len(y), groups * channels, *windows.size), dtype)

    def compute(example: int) -> None:
        with scratch.Borrowed():
            found = scratch.empty((*columns.shape[:2], positions), dtype)
            given = y[example].astype(dtype, copy=False).reshape(groups, filters // groups, positions)
            np.matmul(columns, given, out=found)
            values = found.reshape(groups * channels, *windows.kernel, *windows.output)
            add_windows(values, windows, x[example])

    pool.spread(compute, range(len(y)), pool.available() if len(y) > 1 else 1)
    return x


def weight_gradient(y: Array, x: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Array:
    """Return the sums over the batch and positions, of shape ``(F, C / groups, *kernel)``."""
    filters, channels = y.shape[1], x.shape[1] // groups
    x, y = unsigned(x, dtype), unsigned(y, dtype)
    exact = dtype.kind in "iu"
    compute_in = np.dtype(np.float64) if exact and fits_float64(x, y, terms=math.prod(y.shape)) else dtype
    converted = not x.dtype == y.dtype == compute_in or not (in_line(x) and in_line(y))
    problem = problem_with(x.shape[0], x.shape[1], filters, groups, windows, compute_in, exact, converted)
    turned = _turned(problem)
    # Inputs meet the zeros beyond the outputs then, where no filter sees them: none may be an infinity or a NaN.
    if turned is None or not (exact or norm_exponents(x, compute_in)):
        weight = _products(y, x, problem)
    else:
        weight = _products(x, y, turned).reshape(groups, channels, filters // groups, *windows.kernel)
        weight = np.flip(weight.swapaxes(1, 2), tuple(range(3, weight.ndim)))
    return np.ascontiguousarray(weight, dtype).reshape(filters, channels, *windows.kernel)


@lru_cache(1024)
def _turned(problem: Problem) -> Problem | None:
    """Return the layer with channels and filters exchanged, where that makes its columns cheaper.

    Outputs multiplied with what filters see of the inputs are, with stride 1, inputs multiplied with what turned
    filters see of the outputs. A layer of few filters has few outputs to lay out.
    """
    windows = problem.windows
    if set(windows.stride) != {1} or 0 in (problem.batch, problem.channels, problem.filters, *windows.size):
        return None
    turned = _exchanged(problem)
    return turned if _of_gradient(turned, 1).nanoseconds < _of_gradient(problem, 1).nanoseconds else None


def _products(y: Array, x: Array, problem: Problem) -> Array:
    """Multiply outputs with what the filters see: ``(groups, filters of each, channels of each * taps)``."""
    groups, compute_in = problem.groups, problem.dtype
    threads = 1 if problem.small else pool.worthwhile(_of_gradient(problem, 1).nanoseconds)
    algorithm = _of_gradient(problem, threads)
    shares = max(1, min(len(algorithm.blocks), threads_for(algorithm, threads)))  # one of an empty batch, too: zeros
    weights = np.empty((shares, groups, problem.filters_each, problem.channels_each * problem.taps), compute_in)

    def compute(share: int) -> None:
        begun = set()
        for block in algorithm.blocks[share::shares]:  # always the same: additions keep their order
            total = weights[share, block.groups]
            with scratch.Borrowed():
                part = scratch.empty(total.shape, compute_in) if block.groups.start in begun else total
                algorithm.gradient(algorithm.cells(x, block), y[block.outputs], part)
                if part is not total:
                    total += part
            begun.add(block.groups.start)
        for group in range(0, groups, algorithm.groups):
            if group not in begun:
                weights[share, group : group + algorithm.groups] = 0

    pool.spread(compute, range(shares), shares)
    weight: Array = weights[0] if shares == 1 else weights.sum(axis=0)
    return weight


@lru_cache(1024)
def _of_gradient(problem: Problem, threads: int) -> OfGradient:
    """Choose the algorithm for the gradient of the weight, which multiplies outputs with what filters see."""
    columns, taps = Columns.plan(problem, threads, gradient=True), Taps.plan(problem, threads, gradient=True)
    if isinstance(taps, Taps) and taps.worthwhile() and taps.nanoseconds < columns.nanoseconds:
        return taps
    return columns


def _exchanged(problem: Problem) -> Problem:
    """Return the layer of stride 1 that goes back: channels and filters exchanged, and its windows on the outputs."""
    ((_, _, windows),) = _phases(problem.windows)
    sizes = problem.batch, problem.filters, problem.channels, problem.groups
    return problem_with(*sizes, windows, problem.dtype, problem.exact, problem.converted)


def _phases(windows: Geometry) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...], Geometry]]:
    """Yield for each phase of the stride that taps meet its cells, its taps of the turned kernel, and its windows.

    These lie on the outputs.
    """
    axes = zip(
        windows.size,
        windows.kernel,
        windows.stride,
        windows.padding,
        windows.dilation,
        windows.output,
        strict=True,
    )
    for phases in itertools.product(*(list(_phases_of_axis(*axis)) for axis in axes)):
        cells, taps, kernel, dilation, before, output = zip(*phases, strict=True)
        yield (
            cells,
            taps,
            Geometry(
                size=windows.output,
                kernel=kernel,
                stride=(1,) * len(kernel),
                padding=tuple((b, 0) for b in before),
                dilation=dilation,
                output=output,
            ),
        )


def _phases_of_axis(
    n: int, kernel: int, stride: int, padding: tuple[int, int], dilation: int, outputs: int
) -> Iterator[tuple[slice, slice, int, int, int, int]]:
    """Yield cells, taps, number of taps, their dilation, the padding before, and the number of cells.

    Cell j meets output o at tap m where ``j + before = stride * o + dilation * m``: taps of one phase are
    ``stride / gcd`` apart, and what they see ``dilation / gcd``.
    """
    common = math.gcd(stride, dilation)
    apart, between = stride // common, dilation // common
    for first in range(min(apart, kernel)):
        phase = (dilation * first - padding[0]) % stride
        if phase >= n:
            continue
        taps = len(range(first, kernel, apart))
        # Of the turned kernel, tap m is the last but m: the phase's last tap comes first.
        last = first + (taps - 1) * apart
        seen = (phase + padding[0] - dilation * first) // stride
        yield (
            slice(phase, None, stride),
            slice(kernel - 1 - last, None, apart),
            taps,
            between,
            (taps - 1) * between - seen,
            len(range(phase, n, stride)),
        )
