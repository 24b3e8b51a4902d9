"""Overlap-save: multiply Fourier spectra instead of sliding large kernels.

A product of spectra convolves on a circle, where those outputs are right that the circle's end does not reach. So
the outputs are cut into tiles of rows, each transformed with all the cells that it sees, and what is wrapped around is
thrown away. What one tap more costs is nothing; what is lost is that errors are relative to the largest outputs of a
tile, not to each.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convbook._arguments import Array
from convbook.algorithms import cost, scratch
from convbook.algorithms.base import Algorithm, Block, prepared_at_most, room, round_up
from convbook.algorithms.problem import Problem

#: Transforms of fewer cells than this cost more in calls than in arithmetic; this many bytes are transformed at once.
_LEAST, _AT_ONCE = 1024, 1 << 20

#: By so much, mostly, transforms are longer than they must be: to lengths with small prime factors.
_ROUNDED = 1.1

#: With fewer taps than this, sums are always cheaper.
_FEWEST = 50


@dataclass(frozen=True)
class OverlapSave(Algorithm):
    """Products of spectra: large kernels at stride 1, any number of axes."""

    #: The rows of outputs of one transform.
    tile: int = 1

    name: ClassVar[str] = "overlap-save"
    anywhere: ClassVar[bool] = True
    indirect: ClassVar[bool] = True

    @classmethod
    def plan(cls, problem: Problem, threads: int, *, finite: bool) -> Self | str:
        """Choose the transforms' length: the longer, the less is thrown away, but the more each cell costs."""
        if not problem.unit_steps:
            return "it needs stride 1 and dilation 1"
        if problem.exact or problem.dtype not in (np.float32, np.float64):
            given = "integers" if problem.exact else problem.dtype
            return f"it rounds, so it computes float32 and float64 only, not {given}"
        if not finite:
            return "it would spread infinities and NaNs over whole tiles"
        kernel, height = problem.windows.kernel[0], problem.windows.output[0]
        groups, beside = _narrowed(problem)
        cells_beside = _cells_beside(problem, beside)
        channels, of_a_row = groups * problem.channels_each, _of_a_row(problem, groups, beside)
        panels = math.prod(-(-n // each) for n, each in zip(problem.windows.output[1:], beside, strict=True))
        maps, width = problem.filters * problem.channels_each, cost.width(problem.dtype)
        lanes = cost.lanes(problem.dtype) if len(problem.windows.size) == 1 else 1

        def at_once(tile: int) -> int:
            fit = _AT_ONCE // ((tile + kernel - 1) * cells_beside * channels * problem.dtype.itemsize)
            allowed = max(1, room(problem) // (of_a_row * (tile + kernel - 1)))
            return min(-(-height // tile), max(1, fit // lanes) * lanes, allowed)

        def estimate(tile: int) -> float:
            cells, axes = (tile + kernel - 1) * cells_beside, len(problem.windows.size)
            transform = cost.transform(cells, axes, problem.dtype, at_once(tile) * channels)
            for_a_tile = transform * (problem.channels + problem.filters) + 2.5 * cells * maps * width
            filters = cost.transform(cells, axes, problem.dtype, maps) * maps
            return for_a_tile * (-(-height // tile) * panels * problem.batch) + filters

        longest = max(1, room(problem) // of_a_row - kernel + 1)
        shortest = max(1, _LEAST // cells_beside - kernel + 1)
        # A power of two of tiles fills the lanes; so do as many as lanes, if a block cannot hold more.
        sizes = [-(-height // 2**i) for i in range(height.bit_length())]
        sizes.append(max(1, room(problem) // (of_a_row * lanes) - kernel + 1))
        choices = {max(min(size, longest), min(height, shortest)) for size in sizes}
        choices = {tile for tile in choices if _prepared(problem, tile, beside) <= prepared_at_most(problem)} or {
            min(choices)
        }
        nanoseconds, tile = min((estimate(tile), tile) for tile in choices)
        rows = min(height, tile * at_once(tile))
        size = of_a_row * (tile + kernel - 1) * -(-rows // tile)
        made = _prepared(problem, tile, beside)
        return cls(problem, 1, groups, (rows, *beside), nanoseconds + 60_000, size, made, tile)

    def worthwhile(self) -> bool:
        """Return whether the kernel is large enough."""
        return super().worthwhile() and self.problem.taps >= _FEWEST

    @property
    def handoffs(self) -> int:
        """A block's calls: cells and their transform; for each filter two for each channel, and the transform back."""
        return 4 + self.groups * self.problem.filters_each * (2 * self.problem.channels_each + 3)

    def outputs(self, box: tuple[int, ...]) -> tuple[int, ...]:
        """Compute whole tiles."""
        return round_up(box[0], self.tile), *box[1:]

    def cells(self, x: Array, block: Block) -> Array:
        """Return the cells in new memory, where the transforms are: the memory that is kept would be too much."""
        return block.cells.of(x, self.problem.dtype, np.empty)

    def prepare(self, weight: Array) -> Array:
        """Transform the filters, turned around: their conjugate spectra, ``(groups, filters, channels, 1, ...)``."""
        problem, lengths = self.problem, self._lengths()
        spectra = np.empty(
            (problem.filters, problem.channels_each, *lengths[:-1], lengths[-1] // 2 + 1),
            np.result_type(problem.dtype, np.complex64),
        )
        some = max(1, _AT_ONCE // spectra[:1].nbytes)
        for first in range(0, problem.filters, some):
            part = slice(first, first + some)
            np.conj(_transform(weight[part], lengths), out=spectra[part])
        return spectra.reshape(problem.groups, problem.filters_each, problem.channels_each, 1, *spectra.shape[2:])

    def run(self, cells: Array, prepared: Array, out: Array) -> None:
        """Transform the tiles, add up products over channels, transform back."""
        from scipy import fft

        problem, lengths = self.problem, self._lengths()
        axes = range(-len(lengths), 0)
        images, channels, height, *beside = cells.shape
        kernel = problem.windows.kernel[0]
        tiles = (height - kernel + 1) // self.tile
        image, channel, row, *rest = cells.strides
        shape = (images, channels, tiles, self.tile + kernel - 1, *beside)
        cut = as_strided(cells, shape, (image, channel, self.tile * row, row, *rest), writeable=False)
        spectra = _transform(cut, lengths)
        beside_kept = tuple(map(slice, out.shape[3:]))
        full, rest = divmod(out.shape[2], self.tile)
        for f in range(out.shape[1]):
            group, of_group = divmod(f, problem.filters_each)
            filters, first = prepared[group, of_group], group * problem.channels_each
            # In place if no other filter sees the channel: fresh memory costs more than the product.
            place = spectra[:, first] if problem.filters_each == 1 else None
            total = np.multiply(spectra[:, first], filters[0], out=place)
            for c in range(1, problem.channels_each):
                total += spectra[:, first + c] * filters[c]
            if len(lengths) == 1:
                back = fft.irfft(total, lengths[0], overwrite_x=True)
            else:
                back = fft.irfftn(total, lengths, axes=axes, overwrite_x=True)
            found = back[(..., slice(self.tile), *beside_kept)]
            whole = scratch.reshaped(out[:, f, : full * self.tile], (images, full, self.tile, *out.shape[3:]))
            whole[...] = found[:, :full]
            if rest:
                out[:, f, full * self.tile :] = found[:, full, :rest]

    def _lengths(self) -> tuple[int, ...]:
        """Return transform lengths that hold a tile's cells, with small prime factors only."""
        from scipy.fft import next_fast_len

        axes = zip((self.tile, *self.box[1:]), self.problem.windows.kernel, strict=True)
        return tuple(next_fast_len(n + k - 1, real=True) for n, k in axes)


def _narrowed(problem: Problem) -> tuple[int, tuple[int, ...]]:
    """Return how many groups, and how many outputs beside each other, leave room for tiles as high as the kernel."""
    groups, beside = problem.groups, problem.windows.output[1:]
    kernel, *kernels = problem.windows.kernel
    tile = min(kernel, problem.windows.output[0])
    while _of_a_row(problem, groups, beside) * (tile + kernel - 1) > room(problem) and groups > 1:
        groups = -(-groups // 2)
    while _of_a_row(problem, groups, beside) * (tile + kernel - 1) > room(problem) or _prepared(
        problem, tile, beside
    ) > prepared_at_most(problem):
        sizes = [n if n > k else 0 for n, k in zip(beside, kernels, strict=True)]
        if not any(sizes):
            break
        longest = sizes.index(max(sizes))
        beside = (*beside[:longest], -(-beside[longest] // 2), *beside[longest + 1 :])
    return groups, beside


def _prepared(problem: Problem, tile: int, beside: tuple[int, ...]) -> int:
    """Return the bytes of the filters' spectra."""
    cells = (tile + problem.windows.kernel[0] - 1) * _cells_beside(problem, beside)
    return int(_ROUNDED * problem.filters * problem.channels_each * cells * problem.dtype.itemsize)


def _of_a_row(problem: Problem, groups: int, beside: tuple[int, ...]) -> int:
    """Return the bytes that one row of cells takes in a block, at the fullest moment.

    These are the cells, the same with zeros behind them, and their spectra; or cells, spectra, the sum of products, one
    more, and the transform back.
    """
    channels = groups * problem.channels_each
    numbers = _cells_beside(problem, beside) * max(3 * channels, 2 * channels + 4)
    return int(_ROUNDED * numbers * problem.dtype.itemsize)


def _cells_beside(problem: Problem, beside: tuple[int, ...]) -> int:
    """Return how many cells a row has."""
    return math.prod(n + k - 1 for n, k in zip(beside, problem.windows.kernel[1:], strict=True))


def _transform(x: Array, lengths: tuple[int, ...]) -> Array:
    """Transform real numbers along the last axes."""
    from scipy import fft

    one = len(lengths) == 1  # there is a function for this, with less around it
    found: Array = fft.rfft(x, lengths[0]) if one else fft.rfftn(x, lengths, axes=range(-len(lengths), 0))
    return found
