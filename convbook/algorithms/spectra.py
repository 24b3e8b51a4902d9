"""Overlap-save: multiply Fourier spectra instead of sliding large kernels.

A product of spectra convolves on a circle, where those outputs are right that the circle's end has not reached. So
the outputs are cut into tiles of rows, each transformed with all the cells that it sees, and what is wrapped around is
thrown away. What one tap more costs is nothing; what is lost is that errors are relative to the largest outputs of a
tile, not to each.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convbook.algorithms import cost
from convbook.algorithms.algorithm import BLOCK, Algorithm, round_up
from convbook.algorithms.layer import Layer
from convbook.arguments import Array

#: Transforms of fewer cells than this cost more in calls than in arithmetic; so many bytes are transformed at once.
_LEAST, _AT_ONCE = 1024, 1 << 20

#: With fewer taps than this, sums are always cheaper.
_FEWEST = 50


@dataclass(frozen=True)
class OverlapSave(Algorithm):
    """Products of spectra: large kernels at stride 1, any number of axes."""

    #: The rows of outputs of one transform.
    tile: int = 1

    name: ClassVar[str] = "overlap-save"
    indirect: ClassVar[bool] = True

    @classmethod
    def plan(cls, layer: Layer, threads: int, *, finite: bool) -> Self | str:
        """Choose the transforms' length: the longer, the less is thrown away, but the more each cell costs."""
        if not layer.unit_steps:
            return "it needs stride 1 and dilation 1"
        if layer.exact or layer.dtype not in (np.float32, np.float64):
            return (
                f"it rounds, so it computes float32 and float64 only, not {'integers' if layer.exact else layer.dtype}"
            )
        if not finite:
            return "it would spread infinities and NaNs over whole tiles"
        kernel, height = layer.windows.kernel[0], layer.windows.output[0]
        axes = zip(layer.windows.output[1:], layer.windows.kernel[1:], strict=True)
        beside = math.prod(n + k - 1 for n, k in axes)
        maps, width = layer.filters * layer.channels_each, cost.width(layer.dtype)
        of_a_row = beside * (layer.channels + 2) * 2 * layer.dtype.itemsize
        lanes = cost.lanes(layer.dtype) if len(layer.windows.size) == 1 else 1

        def at_once(tile: int) -> int:
            fit = _AT_ONCE // ((tile + kernel - 1) * beside * layer.channels * layer.dtype.itemsize)
            allowed = max(1, BLOCK // (of_a_row * (tile + kernel - 1)))
            return min(-(-height // tile), max(1, fit // lanes) * lanes, allowed)

        def estimate(tile: int) -> float:
            cells, axes = (tile + kernel - 1) * beside, len(layer.windows.size)
            transform = cost.transform(cells, axes, layer.dtype, at_once(tile) * layer.channels)
            for_a_tile = transform * (layer.channels + layer.filters) + 2.5 * cells * maps * width
            filters = cost.transform(cells, axes, layer.dtype, maps) * maps
            return for_a_tile * (-(-height // tile) * layer.batch) + filters

        longest = max(1, BLOCK // of_a_row - kernel + 1)
        shortest = max(1, _LEAST // beside - kernel + 1)
        # A power of two of tiles fills the lanes; so do as many as lanes, if a block cannot hold more.
        sizes = [-(-height // 2**i) for i in range(height.bit_length())]
        sizes.append(max(1, BLOCK // (of_a_row * lanes) - kernel + 1))
        choices = {max(min(size, longest), min(height, shortest)) for size in sizes}
        nanoseconds, tile = min((estimate(tile), tile) for tile in choices)
        rows = min(height, tile * at_once(tile))
        size = of_a_row * (tile + kernel - 1) * -(-rows // tile)
        return cls(layer, 1, layer.groups, rows, nanoseconds + 60_000, size, tile)

    def worthwhile(self) -> bool:
        """Tell whether the kernel is large enough."""
        return self.layer.taps >= _FEWEST

    def outputs(self, rows: int) -> tuple[int, ...]:
        """Compute whole tiles."""
        return round_up(rows, self.tile), *self.layer.windows.output[1:]

    def prepare(self, weight: Array) -> Array:
        """Transform the filters, turned around: their conjugate spectra."""
        return np.conj(_transform(weight, self._lengths()))[:, :, None]

    def run(self, cells: Array, prepared: Array, out: Array) -> None:
        """Transform the tiles, add up products over channels, transform back."""
        from scipy import fft

        layer, lengths = self.layer, self._lengths()
        axes = range(-len(lengths), 0)
        images, channels, height, *beside = cells.shape
        kernel = layer.windows.kernel[0]
        tiles = (height - kernel + 1) // self.tile
        image, channel, row, *rest = cells.strides
        shape = (images, channels, tiles, self.tile + kernel - 1, *beside)
        cut = as_strided(cells, shape, (image, channel, self.tile * row, row, *rest), writeable=False)
        spectra = _transform(cut, lengths)
        beside_kept = tuple(map(slice, out.shape[3:]))
        full, rest = divmod(out.shape[2], self.tile)
        for f in range(layer.filters):
            first = f // layer.filters_each * layer.channels_each
            # In place if no other filter sees the channel: fresh memory costs more than the product.
            place = spectra[:, first] if layer.filters_each == 1 else None
            total = np.multiply(spectra[:, first], prepared[f, 0], out=place)
            for c in range(1, layer.channels_each):
                total += spectra[:, first + c] * prepared[f, c]
            if len(lengths) == 1:
                back = fft.irfft(total, lengths[0], overwrite_x=True)
            else:
                back = fft.irfftn(total, lengths, axes=axes, overwrite_x=True)
            found = back[(..., slice(self.tile), *beside_kept)]
            whole = np.reshape(out[:, f, : full * self.tile], (images, full, self.tile, *out.shape[3:]), copy=False)
            whole[...] = found[:, :full]
            if rest:
                out[:, f, full * self.tile :] = found[:, full, :rest]

    def _lengths(self) -> tuple[int, ...]:
        """Return transform lengths that hold a tile's cells, with small prime factors only."""
        from scipy.fft import next_fast_len

        axes = zip((self.tile, *self.layer.windows.output[1:]), self.layer.windows.kernel, strict=True)
        return tuple(next_fast_len(n + k - 1, real=True) for n, k in axes)


def _transform(x: Array, lengths: tuple[int, ...]) -> Array:
    """Transform real numbers along the last axes."""
    from scipy import fft

    one = len(lengths) == 1  # there is a function for this, with less around it
    found: Array = fft.rfft(x, lengths[0]) if one else fft.rfftn(x, lengths, axes=range(-len(lengths), 0))
    return found
