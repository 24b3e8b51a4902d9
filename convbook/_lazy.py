"""Arrays that are computed in chunks (Dask): which cells a block of windows sees, and the chunks that hold them.

A block's windows see some cells beyond its chunk: its halo. Those are fetched from the neighboring chunks, and then the
block is an ordinary array, and what is asked of its windows an ordinary call. So everything here is about places; what
is computed comes from the modules that compute it in memory.

Dask is not imported: whoever hands a Dask array over has done that. What comes from it has the type Any.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from convbook._arguments import Array, Pair
from convbook._geometry import Geometry, index

#: A Dask array, and the ends of what each window of an axis sees: the first cell, and the one after the last.
Lazy = Any
Seen = tuple[Array, Array]


class Place(NamedTuple):
    """Where a block lies, along each axis with windows: the cells that it sees of the array, and its outputs."""

    cells: tuple[slice, ...]
    outputs: tuple[slice, ...]

    def windows(self, whole: Geometry) -> Geometry:
        """Return the windows of the block's outputs, on the cells that they see."""
        axes = zip(self.cells, self.outputs, whole.stride, whole.padding, strict=True)
        return replace(
            whole,
            size=tuple(some.stop - some.start for some in self.cells),
            padding=tuple((max(0, cells.start - s * some.start + p), 0) for cells, some, s, (p, _) in axes),
            output=tuple(some.stop - some.start for some in self.outputs),
        )


def seen_by(windows: Geometry) -> list[Seen]:
    """Return what each window sees, along each axis."""
    axes = zip(windows.output, windows.stride, windows.padding, windows.span, strict=True)
    starts = [(s * np.arange(n) - before, span) for n, s, (before, _), span in axes]
    return [(start, start + span) for start, span in starts]


def windowed(
    x: Lazy,
    seen: Sequence[Seen],
    compute: Callable[..., Any],
    dtype: np.dtype[Any],
    *,
    filters: int | None = None,
    numbers: dict[str, Array | None] | None = None,
) -> Array:
    """Return what `compute` makes of the windows on the last axes, as a Dask array with a block for each chunk.

    ``compute(cells, place, **numbers)`` gets a block's cells as an array. Chunks that windows overlook are merged with
    their neighbors. With `filters`, axis 1 is looked at as a whole, and becomes an axis of so many. All blocks share
    the `numbers`.
    """
    lead = x.ndim - len(seen)
    axes = [_Cut.of(chunks, *one) for chunks, one in zip(x.chunks[lead:], seen, strict=True)]
    kept = list(x.chunks[:lead])
    chunks = (*kept, *(axis.chunks for axis in axes))
    if filters is not None:
        chunks, kept[1] = (kept[0], (x.shape[1],), *chunks[2:]), (filters,)
    x = x.rechunk(chunks, method="tasks")
    depth = {lead + number: axis.depth for number, axis in enumerate(axes) if any(axis.depth)}
    if depth:
        x = _dask("array.overlap").overlap(x, depth, "none", allow_rechunk=False)
    delayed = _dask().delayed
    shared = {name: delayed(one, pure=True) for name, one in (numbers or {}).items() if one is not None}
    y: Array = x.map_blocks(
        partial(_block, axes=axes, compute=compute, dtype=dtype),
        **shared,
        chunks=(*kept, *(axis.outputs for axis in axes)),
        dtype=dtype,
        meta=np.empty((0,) * x.ndim, dtype),
    )
    return y


class _Cut(NamedTuple):
    """How an axis is cut: merged chunks, how many outputs each has, how far these see beyond it, and their places."""

    chunks: tuple[int, ...]
    outputs: tuple[int, ...]
    depth: Pair
    places: tuple[tuple[int, slice, slice], ...]  # the first cell of what is fetched, cells and outputs

    @classmethod
    def of(cls, chunks: tuple[int, ...], first: Array, stop: Array) -> "_Cut":
        """Give each chunk the outputs whose windows have their middle there, or beyond the end next to it."""
        n, windows = sum(chunks), len(first)
        one_each = windows == n and (n == 0 or first[-1] - first[0] == n - 1)
        middles = np.arange(n) if one_each else (first + stop) // 2
        widest = int((stop - first).max(initial=1))
        bounds, shares = [0], [0]
        for end in accumulate(chunks):
            share = windows if end == n else int(np.searchsorted(middles, end))
            if end - bounds[-1] >= widest - 1 and end > bounds[-1] and share > shares[-1]:
                bounds, shares = [*bounds, end], [*shares, share]
        if len(bounds) == 1:
            bounds, shares = [0, n], [0, windows]
        bounds[-1], shares[-1] = n, windows  # what is left over belongs to the last one
        outputs = list(pairwise(shares))
        cells = []
        for some in outputs:
            ends = np.clip((first[slice(*some)].min(initial=n), stop[slice(*some)].max(initial=0)), 0, n)
            cells.append((int(ends[0]), int(max(ends))))
        before = max(start - low for start, (low, _) in zip(bounds, cells, strict=False))
        after = max(high - end for end, (_, high) in zip(bounds[1:], cells, strict=True))
        depth = max(0, before), max(0, after)
        fetched = [max(0, start - depth[0]) for start in bounds[:-1]]
        places = zip(fetched, (slice(*some) for some in cells), (slice(*some) for some in outputs), strict=True)
        return cls(tuple(b - a for a, b in pairwise(bounds)), tuple(b - a for a, b in outputs), depth, tuple(places))


def _block(
    piece: Array,
    *,
    block_id: tuple[int, ...],
    axes: list[_Cut],
    compute: Callable[..., Any],
    dtype: np.dtype[Any],
    **numbers: Array,
) -> Any:
    """Compute a block from what has been fetched for it."""
    here = [axis.places[number] for axis, number in zip(axes, block_id[-len(axes) :], strict=True)]
    start, cells, outputs = zip(*here, strict=True)
    inside = (slice(some.start - low, some.stop - low) for low, some in zip(start, cells, strict=True))
    found = compute(piece[index(..., *inside)], Place(cells, outputs), **numbers)
    return found.astype(dtype, copy=False) if isinstance(found, np.ndarray) else found


def entry(x: Lazy, number: int, dtype: np.dtype[Any]) -> Array:
    """Return one of the arrays that each block of `x` is a tuple of, as a Dask array."""
    y: Array = x.map_blocks(_entry, number=number, dtype=dtype, meta=np.empty((0,) * x.ndim, dtype))
    return y


def _entry(block: tuple[Array, ...], number: int) -> Array:
    return block[number]


def combined(x: Lazy, combine: np.ufunc, dtype: np.dtype[Any]) -> Array:
    """Combine all cells of each plane, first those of a chunk, then those of a few chunks at a time."""
    reduce, axes = partial(_combined, combine=combine, dtype=dtype), tuple(range(2, x.ndim))
    y: Array = _dask("array").reduction(
        x, reduce, reduce, axis=axes, keepdims=True, dtype=dtype, meta=np.empty((0,) * x.ndim, dtype)
    )
    return y


def _combined(block: Array, axis: tuple[int, ...], keepdims: bool, *, combine: np.ufunc, dtype: np.dtype[Any]) -> Array:
    found: Array = combine.reduce(block, axis=axis, dtype=dtype, keepdims=keepdims)
    return found


def each(compute: Callable[..., Array], arrays: Sequence[Lazy], dtype: np.dtype[Any]) -> Array:
    """Return what `compute` makes of the blocks at the same place, of the shape that they have."""
    meta = np.empty((0,) * arrays[0].ndim, dtype)
    y: Array = _dask("array").map_blocks(compute, *arrays, dtype=dtype, meta=meta)
    return y


# Beyond the ends


def filled(x: Lazy, pairs: Sequence[Pair], value: Any) -> Array:
    """Lay cells with a value around an array."""
    for axis, pair in enumerate(pairs):
        most = max(1, *x.chunks[axis])

        def rim(cells: int, axis: int = axis, most: int = most, x: Lazy = x) -> list[Lazy]:
            shape = (*x.shape[:axis], cells, *x.shape[axis + 1 :])
            chunks = (*x.chunks[:axis], _evenly(cells, most), *x.chunks[axis + 1 :])
            return [_dask("array").full(shape, value, dtype=x.dtype, chunks=chunks)] if cells else []

        x = _joined_along(axis, rim(pair[0]), x, rim(pair[1]))
    y: Array = x
    return y


def continued(
    x: Lazy,
    axis: int,
    sources: Array,
    pair: Pair,
    finish: Callable[..., Array] | None = None,
) -> Array:
    """Lay cells of an array before and after it along an axis: those that `sources` names, for all of its extension.

    ``finish(cells, first, last, some=...)`` makes of the cells for `some` of the extension what belongs there, with
    the array's first and last one.
    """
    n, most = x.shape[axis], max(x.chunks[axis])

    def along(some: slice) -> tuple[Any, ...]:
        return index(*(slice(None),) * axis, some)

    def rim(start: int, stop: int) -> list[Lazy]:
        found = []
        for low, high in _runs(sources, start, stop, max(1, most), n):
            wanted = sources[low:high]
            lowest = int(wanted.min())
            cells = x[along(slice(lowest, int(wanted.max()) + 1))].rechunk({axis: -1}, method="tasks")
            ends = () if finish is None else (x[along(slice(0, 1))], x[along(slice(n - 1, n))])
            chunks = (*x.chunks[:axis], (high - low,), *x.chunks[axis + 1 :])
            last = None if finish is None else partial(finish, some=slice(low, high))
            take = partial(_taken, wanted=wanted - lowest, axis=axis, finish=last)
            meta = np.empty((0,) * x.ndim, x.dtype)
            found.append(_dask("array").map_blocks(take, cells, *ends, chunks=chunks, dtype=x.dtype, meta=meta))
        return found

    return _joined_along(axis, rim(0, pair[0]), x, rim(pair[0] + n, len(sources)))


def _taken(cells: Array, *ends: Array, wanted: Array, axis: int, finish: Callable[..., Array] | None) -> Array:
    taken = cells.take(wanted, axis)
    return taken if finish is None else finish(taken, *ends)


def _runs(sources: Array, start: int, stop: int, most: int, n: int) -> Iterator[Pair]:
    """Cut a rim into parts no longer than a chunk; and where its sources jump from end to end, if that is far."""
    jumps = np.flatnonzero(abs(np.diff(sources[start:stop])) > 1) + 1 + start if n > most else ()
    for low, high in pairwise([start, *map(int, jumps), stop]):
        for part, size in zip(accumulate(_evenly(high - low, most)), _evenly(high - low, most), strict=True):
            yield low + part - size, low + part


def _evenly(cells: int, most: int) -> tuple[int, ...]:
    """Share cells among as few chunks as hold them, of nearly equal sizes."""
    number = -(-cells // most)
    return tuple((cells * (i + 1)) // number - (cells * i) // number for i in range(number))


def _joined_along(axis: int, before: list[Lazy], x: Lazy, after: list[Lazy]) -> Array:
    y: Array = _dask("array").concatenate([*before, x, *after], axis) if before or after else x
    return y


def in_whole(indices: Array, place: Place, size: tuple[int, ...]) -> Array:
    """Turn flat indices into a block's cells, or -1, into those of all cells."""
    own = tuple(some.stop - some.start for some in place.cells)
    axes = np.unravel_index(np.maximum(indices, 0), own) if 0 not in own else (np.zeros_like(indices),) * len(own)
    moved = tuple(axis + some.start for axis, some in zip(axes, place.cells, strict=True))
    y: Array = np.where(indices < 0, -1, np.ravel_multi_index(moved, size, mode="clip"))
    return y


def _dask(module: str = "") -> Any:
    return sys.modules[f"dask.{module}".rstrip(".")]
