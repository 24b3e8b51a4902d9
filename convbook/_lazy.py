"""Arrays that are computed in chunks (Dask): which cells a block of windows sees, and the chunks that hold them.

A block's windows see some cells beyond its chunk: its halo. Those are fetched from the neighboring chunks, and then the
block is an ordinary array, and what is asked of its windows an ordinary call. So everything here is about places; what
is computed comes from the modules that compute it in memory.

Dask is imported only here, and only when somebody has handed an array of it over. What comes from it has the type Any.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import accumulate, pairwise, product
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
    beyond: Sequence[tuple[Array, int]] = (),
) -> Array:
    """Return what `compute` makes of the windows on the last axes, as a Dask array with a block for each chunk.

    ``compute(cells, place, **numbers)`` gets a block's cells as an array. Chunks that windows overlook are merged with
    their neighbors. With `filters`, axis 1 is looked at as a whole, and becomes an axis of so many. All blocks share
    the `numbers`. What lies `beyond` the ends is said by the cells that each cell of the extension repeats, and by how
    many of these lie before the array.
    """
    lead = x.ndim - len(seen)
    axes = [_one_by_one(chunks) for chunks in x.chunks[:lead]]
    borders: Sequence[tuple[Array | None, int]] = beyond or [(None, 0)] * len(seen)
    along = zip(x.chunks[lead:], seen, borders, strict=True)
    axes += [_shared_out(chunks, *ends, *border) for chunks, ends, border in along]
    sizes = [tuple(one.outputs.stop - one.outputs.start for one in axis) for axis in axes]
    if filters is not None:
        axes[1], sizes[1] = _as_a_whole(x.chunks[1]), (filters,)
    shared = {name: _dask().delayed(one, pure=True) for name, one in (numbers or {}).items() if one is not None}
    again = read_again(x)
    name = f"windows-{_dask('base').tokenize(x, axes, compute, *shared.values())}"
    work = partial(_block, compute=compute, lead=lead, dtype=dtype, numbers=tuple(shared))
    given = [one.key for one in shared.values()]
    graph: dict[Any, Any] = {}
    for block in np.ndindex(*map(len, axes)):
        here = [axis[number] for axis, number in zip(axes, block, strict=True)]
        pieces: list[tuple[Any, Any]] = []
        for number, parts in enumerate(product(*(one.parts for one in here))):
            chunk, inside = tuple(part.chunk for part in parts), tuple(part.inside for part in parts)
            if all(part.own for part in parts):
                pieces.append(((x.name, *chunk), inside))
            else:  # a part of its own, so that what is kept of the neighbor is not all of it
                graph[halo := (f"halo-{name}", *block, number)] = (_cut, (again.name, *chunk), inside)
                pieces.append((halo, None))
        keys, insides = zip(*pieces, strict=True)
        graph[(name, *block)] = (partial(work, here=here, insides=insides), list(keys), given)
    layers = _dask("highlevelgraph").HighLevelGraph
    joined = layers.from_collections(name, graph, dependencies=[x, again, *shared.values()])
    y: Array = _dask("array").Array(joined, name, tuple(sizes), meta=np.empty((0,) * x.ndim, dtype))
    return y


class _Part(NamedTuple):
    """Cells of one chunk along an axis, and whether the chunk is one of those that the block is made of."""

    chunk: int
    inside: slice | Array
    own: bool

    @property
    def length(self) -> int:
        """How many they are."""
        return self.inside.stop - self.inside.start if isinstance(self.inside, slice) else len(self.inside)


class _Share(NamedTuple):
    """A block along an axis: its outputs, the cells that these see, and in which chunks those lie."""

    outputs: slice
    cells: slice
    parts: tuple[_Part, ...]


def _one_by_one(chunks: tuple[int, ...]) -> list[_Share]:
    ends = list(pairwise(accumulate(chunks, initial=0)))
    return [
        _Share(slice(*some), slice(*some), (_Part(i, slice(0, n), True),))
        for i, (some, n) in enumerate(zip(ends, chunks, strict=True))
    ]


def _as_a_whole(chunks: tuple[int, ...]) -> list[_Share]:
    every = slice(0, sum(chunks))
    return [_Share(every, every, tuple(_Part(i, slice(0, n), True) for i, n in enumerate(chunks)))]


def _shared_out(chunks: tuple[int, ...], first: Array, stop: Array, sources: Array | None, before: int) -> list[_Share]:
    """Give each chunk the outputs whose windows have their middle there, or beyond the end next to it.

    Chunks are merged until no window reaches beyond a neighbor. With `sources`, the axis is continued beyond its ends.
    """
    held = list(accumulate(chunks, initial=0))
    n = held[-1] if sources is None else len(sources)
    ends = [0, *(end + before for end in held[1:-1]), n]
    windows, widest = len(first), int((stop - first).max(initial=1))
    one_each = windows == n and (n == 0 or first[-1] - first[0] == n - 1)
    middles = np.arange(n) if one_each else (first + stop) // 2
    bounds, shares = [0], [0]
    for number, end in enumerate(ends[1:], 1):
        share = windows if end == n else int(np.searchsorted(middles, end))
        if end - ends[bounds[-1]] >= max(1, widest - 1) and share > shares[-1]:
            bounds, shares = [*bounds, number], [*shares, share]
    if len(bounds) == 1:
        bounds, shares = [0, 0], [0, 0]
    bounds[-1], shares[-1] = len(chunks), windows  # what is left over belongs to the last one
    found = []
    for own, some in zip(pairwise(bounds), pairwise(shares), strict=True):
        low = int(np.clip(first[slice(*some)].min(initial=n), 0, n))
        high = max(low, int(np.clip(stop[slice(*some)].max(initial=0), 0, n)))
        cells = np.arange(low, high) if sources is None else sources[low:high]
        found.append(_Share(slice(*some), slice(low, high), tuple(_parts(cells, held, range(*own)))))
    return found


def _parts(cells: Array, ends: list[int], own: range) -> Iterator[_Part]:
    """Cut the cells that a block sees where they pass from one chunk to another."""
    chunk = np.searchsorted(ends, cells, "right") - 1
    for run in np.split(np.arange(len(cells)), np.flatnonzero(np.diff(chunk)) + 1):
        number = int(chunk[run[0]]) if len(run) else own.start
        inside = cells[run] - ends[number]
        in_order = len(run) == 0 or bool((np.diff(inside) == 1).all())
        start = int(inside[0]) if len(run) else 0
        yield _Part(number, slice(start, start + len(run)) if in_order else inside, number in own)


def read_again(x: Lazy) -> Lazy:
    """Return an array to take halos from: where chunks are read from a store, or the like, one that reads them again.

    A chunk from which a neighbor has taken its halo would otherwise be kept until its own turn comes: a whole row of
    chunks, or more. What is made of several chunks, or of the results of tasks, is kept.
    """
    by_chunk = _dask("blockwise").Blockwise
    layers = x.dask.layers.values()
    simple = all(isinstance(layer, by_chunk) or (len(layer) == 1 < x.npartitions) for layer in layers)
    return _dask("graph_manipulation").clone(x, seed=0) if simple else x


def _cut(chunk: Array, inside: tuple[slice | Array, ...]) -> Array:
    return _inside(chunk, inside).copy()


def _inside(chunk: Array, inside: tuple[slice | Array, ...]) -> Array:
    """Return cells of a chunk: a view, if they lie there in order."""
    found: Array = chunk[tuple(one if isinstance(one, slice) else slice(None) for one in inside)]
    for axis, one in enumerate(inside):
        found = found if isinstance(one, slice) else found.take(one, axis)
    return found


def _block(
    pieces: list[Array],
    given: list[Array],
    *,
    here: list[_Share],
    insides: tuple[tuple[slice | Array, ...] | None, ...],
    compute: Callable[..., Any],
    lead: int,
    dtype: np.dtype[Any],
    numbers: tuple[str, ...],
) -> Any:
    """Compute a block from what its windows see: the pieces of chunks in which that lies."""
    pieces = [one if inside is None else _inside(one, inside) for one, inside in zip(pieces, insides, strict=True)]
    cells = pieces[0]
    if len(pieces) > 1:
        lengths = [[part.length for part in one.parts] for one in here]
        cells = np.empty(tuple(map(sum, lengths)), cells.dtype)
        ends = ([slice(a, b) for a, b in pairwise(accumulate(one, initial=0))] for one in lengths)
        for piece, where in zip(pieces, product(*ends), strict=True):
            cells[where] = piece
    place = Place(tuple(one.cells for one in here[lead:]), tuple(one.outputs for one in here[lead:]))
    found = compute(cells, place, **dict(zip(numbers, given, strict=True)))
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


def laid_out(blocks: list[Any]) -> Array:
    """Join nested lists of Dask arrays along the last axes."""
    y: Array = _dask("array").block(blocks)
    return y


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
    n, most, beyond = x.shape[axis], max(x.chunks[axis]), read_again(x)

    def along(some: slice) -> tuple[Any, ...]:
        return index(*(slice(None),) * axis, some)

    def rim(start: int, stop: int) -> list[Lazy]:
        found = []
        for low, high in _runs(sources, start, stop, max(1, most), n):
            wanted = sources[low:high]
            lowest = int(wanted.min())
            cells = beyond[along(slice(lowest, int(wanted.max()) + 1))].rechunk({axis: -1}, method="tasks")
            ends = () if finish is None else (beyond[along(slice(0, 1))], beyond[along(slice(n - 1, n))])
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
        yield from pairwise(accumulate(_evenly(high - low, most), initial=low))


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
    return import_module(f"dask.{module}".rstrip("."))
