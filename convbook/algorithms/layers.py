"""The three sums of a layer, block by block: outputs, the gradient of the input, the gradient of the weight.

Whatever the algorithm, an output block is one sentence: cut out the cells that it sees, bring them into the
algorithm's form, multiply, put the product in place. The gradient of the input is a convolution again, or, with a
stride, one for each phase of it; that of the weight is a product of outputs with lowered columns.
"""

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from convbook.algorithms import cost, scratch
from convbook.algorithms import threads as pool
from convbook.algorithms.algorithm import BLOCK, Algorithm, Block
from convbook.algorithms.columns import Columns
from convbook.algorithms.layer import Layer
from convbook.algorithms.planner import Plan, plan
from convbook.algorithms.taps import Taps
from convbook.arguments import Array
from convbook.shapes import Geometry
from convbook.windows import add_windows


def layer_of(x: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Layer:
    """Describe the convolution of two arrays."""
    exact = dtype.kind in "iu"
    return _layer(x.shape[0], x.shape[1], weight.shape[0], groups, windows, compute_dtype(x, weight, dtype), exact)


_layer = lru_cache(1024)(Layer)


def compute_dtype(x: Array, weight: Array, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return float64 instead of an integer type if no sum leaves the integers that it holds, else `dtype`."""
    return np.dtype(np.float64) if dtype.kind in "iu" and _fits_float64(x, weight) else dtype


def plan_for(layer: Layer, x: Array, weight: Array, method: str = "auto") -> Plan:
    """Plan a layer; only if the plan would spread infinities and NaNs, look whether there are any."""
    threads = 1 if layer.small else pool.available()
    planned = plan(layer, method, threads, True)
    if method == "auto" and not planned.chosen.contained and not (is_finite(x) and is_finite(weight)):
        planned = plan(layer, method, threads, False)
    return planned


def convolved(
    x: Array,
    weight: Array,
    windows: Geometry,
    groups: int,
    dtype: np.dtype[Any],
    method: str = "auto",
    out: Array | None = None,
) -> Array:
    """Return the sums over channels and taps, of shape ``(N, F, *output)``, in `dtype`."""
    y = np.empty((x.shape[0], weight.shape[0], *windows.output), dtype) if out is None else out
    layer = layer_of(x, weight, windows, groups, dtype)
    planned = plan_for(layer, x, weight, method)
    algorithm = planned.chosen
    in_place = out is None and y.dtype == layer.dtype
    whole = algorithm.groups == groups

    def compute(block: Block) -> None:
        target = y[block.outputs]
        start = scratch.mark()
        try:
            cells = algorithm.cells(x[block.seen], block.first, block.rows)
            found = target if in_place else scratch.empty(target.shape, layer.dtype)
            algorithm.run(cells, block.first, prepared if whole else prepared[block.groups], found)
            if not in_place:
                target[...] = found
        finally:
            scratch.release(start)

    start = scratch.mark()
    try:
        prepared = algorithm.prepare(weight.astype(layer.dtype, copy=False))
        pool.spread(compute, algorithm.blocks, _threads(algorithm, planned.threads))
    finally:
        scratch.release(start)
    return y


def spread_back(
    y: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any], method: str = "auto"
) -> Array:
    """Return the sums over filters and positions, of shape ``(N, C, *size)``: the adjoint of the above.

    Cells that are a multiple of the stride apart meet the same taps: on them it is a convolution of `y` with those
    taps, turned around, and with channels and filters exchanged. With stride 1 there is one such phase.
    """
    filters, channels = weight.shape[:2]
    if method == "auto" and _folding_pays(_layer(len(y), groups * channels, filters, groups, windows, dtype, False)):
        return _folded(y, weight, windows, groups, dtype)
    turned = weight.reshape(groups, filters // groups, channels, *windows.kernel).swapaxes(1, 2)
    turned = turned.reshape(groups * channels, filters // groups, *windows.kernel)
    turned = np.flip(turned, tuple(range(2, turned.ndim)))
    x = None
    for cells, taps, phase in _phases(windows):
        whole = phase.output == windows.size
        if whole and all(phase.kernel):
            return convolved(y, turned[:, :, *taps], phase, groups, dtype, method)
        if x is None:
            x = np.zeros((len(y), groups * channels, *windows.size), dtype)
        if all(phase.kernel) and all(phase.output):
            convolved(y, turned[:, :, *taps], phase, groups, dtype, method, x[:, :, *cells])
    return np.zeros((len(y), groups * channels, *windows.size), dtype) if x is None else x


@lru_cache(1024)
def _folding_pays(layer: Layer) -> bool:
    """Tell whether `_folded` costs less than turned filters: if there are many weights, and few numbers to add."""
    if not cost.has_fast_product(layer.dtype):
        return False
    kernel, row = layer.windows.kernel, layer.windows.output[-1]
    depth = layer.channels_each * layer.taps
    products = layer.multiply_adds
    adding = 2 * cost.copies(layer.channels * layer.taps * layer.positions, row, layer.dtype)
    folding = cost.product(products, depth, layer.positions, layer.filters_each, layer.dtype) + adding
    turning = layer.filters * depth * cost.TURN * cost.width(layer.dtype)
    if layer.windows.stride == (1,) * len(kernel):
        ((_, _, windows),) = _phases(layer.windows)
        back = _layer(layer.batch, layer.filters, layer.channels, layer.groups, windows, layer.dtype, False)
        lowering = plan(back, "auto", 1, True).chosen.nanoseconds
    else:
        lowering = cost.copies(layer.filters * layer.taps * layer.positions, row, layer.dtype) * layer.batch
        seen = layer.filters_each * max(1, layer.taps // math.prod(layer.windows.stride))
        lowering += cost.product(products, layer.channels_each, layer.positions, seen, layer.dtype) * layer.batch
    fits = depth * layer.groups * layer.positions * layer.dtype.itemsize <= BLOCK // 2
    return fits and folding * layer.batch < turning + lowering


def _folded(y: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Array:
    """Multiply the filters with each example's outputs, and add up the columns where their windows lie."""
    filters, channels = weight.shape[:2]
    columns = weight.astype(dtype, copy=False).reshape(groups, filters // groups, -1).transpose(0, 2, 1)
    given = y.astype(dtype, copy=False).reshape(len(y), groups, filters // groups, math.prod(windows.output))
    x = np.empty((len(y), groups * channels, *windows.size), dtype)

    def compute(example: int) -> None:
        start = scratch.mark()
        values = scratch.empty((*columns.shape[:2], given.shape[3]), dtype)
        np.matmul(columns, given[example], out=values)
        x[example] = add_windows(values.reshape(groups * channels, *windows.kernel, *windows.output), windows, dtype)
        scratch.release(start)

    pool.spread(compute, range(len(y)), pool.available() if len(y) > 1 else 1)
    return x


def weight_gradient(y: Array, x: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Array:
    """Return the sums over the batch and positions, of shape ``(F, C / groups, *kernel)``."""
    filters, channels = y.shape[1], x.shape[1] // groups
    exact = dtype.kind in "iu"
    compute_in = np.dtype(np.float64) if exact and _fits_float64(x, y, terms=math.prod(y.shape)) else dtype
    layer = _layer(x.shape[0], x.shape[1], filters, groups, windows, compute_in, exact)
    threads = 1 if layer.small else pool.available()
    algorithm = _of_gradient(layer, threads)
    shares = min(len(algorithm.blocks), _threads(algorithm, threads))
    weights = np.empty((shares, groups, filters // groups, channels * layer.taps), compute_in)

    def compute(share: int) -> None:
        begun = set()
        for block in algorithm.blocks[share::shares]:  # always the same: additions keep their order
            start = scratch.mark()
            total = weights[share, block.groups]
            part = scratch.empty(total.shape, compute_in) if block.groups.start in begun else total
            algorithm.gradient(x[block.seen], block.first, y[block.outputs], part)
            if part is not total:
                total += part
            begun.add(block.groups.start)
            scratch.release(start)
        for group in range(0, groups, algorithm.groups):
            if group not in begun:
                weights[share, group : group + algorithm.groups] = 0

    pool.spread(compute, range(shares), shares)
    weight: Array = weights[0] if shares == 1 else weights.sum(axis=0)
    return weight.reshape(filters, channels, *windows.kernel).astype(dtype, copy=False)


@lru_cache(1024)
def _of_gradient(layer: Layer, threads: int) -> Columns | Taps:
    """Choose the algorithm for the gradient of the weight, which multiplies outputs with what filters see."""
    columns, taps = Columns.plan(layer, threads), Taps.plan(layer, threads)
    return taps if isinstance(taps, Taps) and taps.nanoseconds < columns.nanoseconds else columns


def _threads(algorithm: Algorithm, threads: int) -> int:
    """Return how many threads share the blocks: one where a thread more would not pay, or BLAS does it better."""
    if threads == 1 or len(algorithm.blocks) == 1 or algorithm.nanoseconds < pool.WORTH_SPREADING:
        return 1
    return 1 if algorithm.layer.pointwise and algorithm.images == 1 else threads


def _phases(windows: Geometry) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...], Geometry]]:
    """Yield for each phase of the stride its cells, its taps of the turned kernel, and its windows on the outputs."""
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
    for phase in range(min(stride, n)):
        reached = phase + padding[0]
        first = next((m for m in range(min(apart, kernel)) if (reached - dilation * m) % stride == 0), kernel)
        taps = len(range(first, kernel, apart))
        # Of the turned kernel, tap m is the last but m: the phase's last tap comes first.
        last = first + (taps - 1) * apart
        seen = (reached - dilation * first) // stride
        cells = len(range(phase, n, stride))
        yield (
            slice(phase, None, stride),
            slice(kernel - 1 - last if taps else kernel, None, apart),
            taps,
            between,
            (taps - 1) * between - seen,
            cells,
        )


def _fits_float64(a: Array, b: Array, terms: int | None = None) -> bool:
    """Tell whether sums of products of two integer arrays stay where float64 holds every integer."""
    terms = math.prod(b.shape[1:]) if terms is None else terms
    if a.size == 0 or b.size == 0:
        return True
    largest = [max(int(array.max()), -int(array.min())) for array in (a, b)]
    return largest[0] * largest[1] * terms < 2**53


def is_finite(array: Array) -> bool:
    """Tell whether there are surely neither infinities nor NaNs: their sum would show them.

    A sum may overflow without them; then only the plan is more cautious than it need be.
    """
    if array.dtype.kind not in "fc":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()))
