"""The three sums of a layer, block by block: outputs, the gradient of the input, the gradient of the weight.

Whatever the algorithm, an output block is one sentence: cut out the cells that it sees, bring them into the
algorithm's form, multiply, put the product in place. The gradient of the input is a convolution again, or, with a
stride, one for each phase of it; that of the weight is a product of outputs with lowered columns.
"""

import cmath
import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from convbook.algorithms import threads as pool
from convbook.algorithms.algorithm import Algorithm, Block
from convbook.algorithms.columns import Columns, lowered
from convbook.algorithms.layer import Layer
from convbook.algorithms.planner import Plan, plan
from convbook.arguments import Array
from convbook.shapes import Geometry


def layer_of(x: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Layer:
    """Describe the convolution of two arrays."""
    exact = dtype.kind in "iu"
    return Layer(x.shape[0], x.shape[1], weight.shape[0], groups, windows, compute_dtype(x, weight, dtype), exact)


def compute_dtype(x: Array, weight: Array, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return float64 instead of an integer type if no sum leaves the integers that it holds, else `dtype`."""
    return np.dtype(np.float64) if dtype.kind in "iu" and _fits_float64(x, weight) else dtype


def plan_for(layer: Layer, x: Array, weight: Array, method: str = "auto") -> Plan:
    """Plan a layer; only if the plan would spread infinities and NaNs, look whether there are any."""
    threads = pool.available()
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
    layer = layer_of(x, weight, windows, groups, dtype)
    return computed(plan_for(layer, x, weight, method), x, weight, dtype, out)


def computed(planned: Plan, x: Array, weight: Array, dtype: np.dtype[Any], out: Array | None = None) -> Array:
    """Return the sums over channels and taps as planned, of shape ``(N, F, *output)``, in `dtype`."""
    algorithm, layer = planned.chosen, planned.chosen.layer
    y = np.empty((layer.batch, layer.filters, *layer.windows.output), dtype) if out is None else out
    prepared = algorithm.prepare(weight.astype(layer.dtype, copy=False))
    in_place = out is None and y.dtype == layer.dtype

    def compute(block: Block) -> None:
        target, cells = y[block.outputs], block.cells.of(x, layer.dtype)
        if in_place:
            algorithm.run(cells, prepared, target)
        else:
            found = np.empty(target.shape, layer.dtype)
            algorithm.run(cells, prepared, found)
            target[...] = found

    pool.spread(compute, algorithm.blocks, _threads(algorithm, planned.threads))
    return y


def spread_back(
    y: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any], method: str = "auto"
) -> Array:
    """Return the sums over filters and positions, of shape ``(N, C, *size)``: the adjoint of the above.

    Cells that are a multiple of the stride apart meet the same taps: on them it is a convolution of `y` with those
    taps, turned around, and with channels and filters exchanged. With stride 1 there is one such phase.
    """
    filters, channels = weight.shape[:2]
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


def weight_gradient(y: Array, x: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Array:
    """Return the sums over the batch and positions, of shape ``(F, C / groups, *kernel)``."""
    filters, channels = y.shape[1], x.shape[1] // groups
    exact = dtype.kind in "iu"
    compute_in = np.dtype(np.float64) if exact and _fits_float64(x, y, terms=math.prod(y.shape)) else dtype
    layer = Layer(x.shape[0], x.shape[1], filters, groups, windows, compute_in, exact)
    threads = pool.available()
    algorithm = Columns.plan(layer, threads)
    shares = _threads(algorithm, threads)
    weights = np.zeros((shares, groups, filters // groups, channels * layer.taps), compute_in)

    def compute(share: int) -> None:
        for block in algorithm.blocks[share::shares]:  # always the same ones: additions keep their order
            given = y[block.outputs]
            columns = lowered(block.cells.of(x, compute_in), layer, algorithm.outputs(given.shape[2]))
            given = np.moveaxis(given, 0, 1).astype(compute_in, copy=False)
            weights[share] += given.reshape(groups, filters // groups, -1) @ columns.transpose(0, 2, 1)

    pool.spread(compute, range(shares), shares)
    weight: Array = weights.sum(axis=0)
    return weight.reshape(filters, channels, *windows.kernel).astype(dtype, copy=False)


def _threads(algorithm: Algorithm, threads: int) -> int:
    """Return how many threads share the blocks: one where a thread more would not pay, or BLAS does it better."""
    if len(algorithm.blocks) == 1 or algorithm.nanoseconds < pool.WORTH_SPREADING:
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
    """Tell whether there are surely neither infinities nor NaNs: the sum of the squares would show them.

    A square may overflow without them; then only the plan is more cautious than need be.
    """
    return array.dtype.kind not in "fc" or cmath.isfinite(np.vdot(array, array))
