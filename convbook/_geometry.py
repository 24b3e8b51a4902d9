"""Where windows lie, checked once: which cells each tap of each window meets, and the views and sums that follow.

Everything here works on plain integers, one for each spatial axis; of an array, the spatial axes are the last ones.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convbook._arguments import Array, Pair, flag, must_be_possible, padding_pairs, per_axis, show
from convbook._caching import Caching, cached_property


@dataclass(frozen=True)
class Geometry(Caching):
    """Where the windows of one layer lie: plain integers, checked, one entry per spatial axis.

    Window `n` starts at ``stride * n - padding[0]`` in the input's own coordinates, and its taps are
    `dilation` apart.
    """

    size: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    dilation: tuple[int, ...]
    output: tuple[int, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """The hash is computed once: every call looks up what is planned for its windows."""
        return hash((self.size, self.kernel, self.stride, self.padding, self.dilation, self.output))

    @property
    def span(self) -> tuple[int, ...]:
        """The cells from the first tap of a window to its last."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    @property
    def reach(self) -> tuple[int, ...]:
        """The cells from the start of the padding to the last tap of the last window."""
        axes = zip(self.output, self.stride, self.span, strict=True)
        return tuple((o - 1) * s + span for o, s, span in axes)


def geometry(
    size: tuple[int, ...],
    kernel_size: object,
    *,
    stride: object,
    padding: object,
    dilation: object,
    ceil_mode: object = False,
    kernel_shown: str = "",
    on_array: bool = True,
) -> Geometry:
    """Check and complete what the caller of a convolution or a pooling wrote.

    `kernel_shown` names the kernel in a refusal, where it was not given as `kernel_size`. Windows that lie `on_array`
    must not reach further than memory does.
    """
    axes = len(size)
    kernel = per_axis("kernel_size", kernel_size, axes, 1)
    step = per_axis("stride", stride, axes, 1)
    gap = per_axis("dilation", dilation, axes, 1)
    pads = padding_pairs("padding", padding, axes, kernel=kernel, stride=step, dilation=gap)
    up = flag("ceil_mode", ceil_mode)
    output = []
    for axis, (n, k, s, pair, d) in enumerate(zip(size, kernel, step, pads, gap, strict=True)):
        o = _outputs(n, d * (k - 1) + 1, s, pair, up)
        if o < 1:
            shown = kernel_shown or f"`kernel_size` (={show(kernel_size)})"
            dilated = f" with `dilation` (={show(dilation)})" if d > 1 else ""
            raise ValueError(
                f"{shown}{dilated} must fit into the padded input, but spans {d * (k - 1) + 1} cells on "
                f"spatial axis {axis}, which has {n + sum(pair)}."
            )
        output.append(o)
    windows = Geometry(size, kernel, step, pads, gap, tuple(output))
    given = {"padding": padding, "kernel_size": kernel_size, "dilation": dilation, "stride": stride}
    return _on_array(windows, given) if on_array else windows


def transposed_geometry(
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    *,
    stride: object,
    padding: object,
    output_padding: object,
    dilation: object,
    on_array: bool = True,
) -> Geometry:
    """Return the geometry of the convolution whose adjoint maps `size` cells to the sizes that it reads."""
    axes = len(size)
    step = per_axis("stride", stride, axes, 1)
    gap = per_axis("dilation", dilation, axes, 1)
    pads = padding_pairs("padding", padding, axes, kernel=kernel, stride=step, dilation=gap)
    extra = per_axis("output_padding", output_padding, axes, 0)
    result = []
    for axis, (o, k, s, pair, d, a) in enumerate(zip(size, kernel, step, pads, gap, extra, strict=True)):
        if a >= max(s, d):
            raise ValueError(
                f"`output_padding` (={show(output_padding)}) must be smaller than `stride` or `dilation`: on spatial "
                f"axis {axis} it is {a}, they are {s} and {d}."
            )
        full = (o - 1) * s + d * (k - 1) + 1 + a
        if full - sum(pair) < 1:
            raise ValueError(
                f"`padding` (={show(padding)}) must leave an output, but crops {sum(pair)} of the {full} cells on "
                f"spatial axis {axis}."
            )
        result.append(full - sum(pair))
    windows = Geometry(tuple(result), kernel, step, pads, gap, size)
    given = {"stride": stride, "padding": padding, "dilation": dilation, "output_padding": output_padding}
    return _on_array(windows, given, extra) if on_array else windows


def _on_array(windows: Geometry, given: dict[str, object], extra: tuple[int, ...] = ()) -> Geometry:
    """Refuse windows that reach further than memory does, and drop steps that are never taken, however long.

    Of what was `given`, the refusal names the largest.
    """
    entries = {
        "stride": windows.stride,
        "padding": () if isinstance(given["padding"], str) else sum(windows.padding, ()),
        "dilation": windows.dilation,
        "kernel_size": windows.kernel,
        "output_padding": extra,
    }
    name = max(given, key=lambda name: max(entries[name], default=0))
    must_be_possible(name, given[name], tuple(map(max, windows.reach, windows.size, windows.output)))
    return replace(
        windows,
        stride=tuple(s if o > 1 else 1 for s, o in zip(windows.stride, windows.output, strict=True)),
        dilation=tuple(d if k > 1 else 1 for d, k in zip(windows.dilation, windows.kernel, strict=True)),
    )


def _outputs(n: int, span: int, stride: int, pair: Pair, ceil_mode: bool) -> int:
    """Count the windows on one axis; 0 or less if none fits."""
    slack = n + sum(pair) - span
    if not ceil_mode:
        return slack // stride + 1
    starts_before_the_end = -(-(n + pair[0]) // stride)
    return min(-(-slack // stride) + 1, starts_before_the_end)


def full_shape(n: tuple[int, ...], k: tuple[int, ...]) -> tuple[int, ...]:
    """Return how many sums of a convolution have at least one term, along each axis."""
    return tuple(a + b - 1 for a, b in zip(n, k, strict=True))


def part(windows: Geometry, outputs: tuple[slice, ...]) -> Geometry:
    """Return the windows of some outputs, on the same input."""
    starts = [some.start * stride for some, stride in zip(outputs, windows.stride, strict=True)]
    padding = tuple((before - start, 0) for (before, _), start in zip(windows.padding, starts, strict=True))
    return replace(windows, padding=padding, output=tuple(some.stop - some.start for some in outputs))


def met(windows: Geometry) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...], tuple[slice, ...]]]:
    """Yield each tap of the window that meets the input, the outputs for which it does, and the cells that it meets.

    The taps come in row-major order, with a slice for each spatial axis. A negative padding crops.
    """
    axes = [list(met_along(windows, axis, slice(n))) for axis, n in enumerate(windows.size)]
    for taps_met in itertools.product(*axes):
        tap, outputs, cells = zip(*taps_met, strict=True)
        yield tap, outputs, cells


def met_along(windows: Geometry, axis: int, some: slice) -> Iterator[tuple[int, slice, slice]]:
    """Yield each tap along one axis that meets some cells, the outputs for which it does, and those of the cells."""
    stride, dilation, before = (
        windows.stride[axis],
        windows.dilation[axis],
        windows.padding[axis][0] + (some.start or 0),
    )
    for tap in range(windows.kernel[axis]):
        first = dilation * tap - before  # the cell that output 0 sees
        low = max(0, -(first // stride))
        high = min(windows.output[axis], ((some.stop or 0) - (some.start or 0) - 1 - first) // stride + 1)
        if low < high:
            yield tap, slice(low, high), slice(first + low * stride, first + (high - 1) * stride + 1, stride)


def extend(x: Array, windows: Geometry, fill: Any = 0) -> Array:
    """Return the cells that windows reach, from the start of the padding to the last tap of the last window.

    A view of `x` where nothing has to be added, so not to be written to.
    """
    lead = x.ndim - len(windows.size)
    if all(pair[0] == 0 for pair in windows.padding) and all(
        reach <= n for reach, n in zip(windows.reach, windows.size, strict=True)
    ):
        reached: Array = x[index(..., *(slice(reach) for reach in windows.reach))]
        return reached
    inner, outer = [], []
    for n, (before, _), reach in zip(windows.size, windows.padding, windows.reach, strict=True):
        cells = max(0, min(n, reach - before))
        inner.append(slice(before, before + cells))
        outer.append(slice(cells))
    extended = np.full(x.shape[:lead] + windows.reach, fill, x.dtype)
    extended[index(..., *inner)] = x[index(..., *outer)]
    return extended


def window_view(extended: Array, windows: Geometry) -> Array:
    """View an extended array as windows, of shape ``(*lead, *kernel, *output)``, read-only and uncopied."""
    lead = extended.ndim - len(windows.size)
    strides = extended.strides[lead:]
    return as_strided(
        extended,
        extended.shape[:lead] + windows.kernel + windows.output,
        extended.strides[:lead]
        + tuple(d * cell for d, cell in zip(windows.dilation, strides, strict=True))
        + tuple(s * cell for s, cell in zip(windows.stride, strides, strict=True)),
        writeable=False,
    )


def add_windows(values: Array, windows: Geometry, out: Array) -> Array:
    """Add values of shape ``(*lead, *kernel, *output)`` to the cells where their windows lie: an adjoint."""
    every = (slice(None),) * (values.ndim - 2 * len(windows.size))
    for tap, outputs, cells in met(windows):
        out[index(*every, *cells)] += values[index(*every, *tap, *outputs)]
    return out


def index(*entries: Any) -> tuple[Any, ...]:
    """Return an index as one tuple (for the type checker: its entries are slices, integers, ...)."""
    return entries
