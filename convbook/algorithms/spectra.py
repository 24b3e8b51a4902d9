"""Overlap-save: multiply Fourier spectra instead of sliding large kernels.

A product of spectra convolves on a circle, where those outputs are right that the circle's end has not reached. So
the outputs are cut into tiles of rows, each transformed with all the cells that it sees, and what is wrapped around is
thrown away. What one tap more costs is nothing; what is lost is that errors are relative to the largest outputs of a
tile, not to each.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convbook.algorithms import cost
from convbook.algorithms.algorithm import BLOCK, Algorithm, round_up
from convbook.algorithms.layer import Layer
from convbook.arguments import Array

#: Transforms of fewer cells than this cost more in calls than in arithmetic; so many bytes are transformed at once.
_LEAST, _AT_ONCE = 4096, 1 << 19

#: With fewer taps than this, sums are always cheaper.
_FEWEST = 50


@dataclass(frozen=True)
class OverlapSave(Algorithm):
    """Products of spectra: large kernels at stride 1, any number of axes."""

    #: The rows of outputs of one transform.
    tile: int = 1

    name: ClassVar[str] = "overlap-save"

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

        def estimate(tile: int) -> float:
            cells = (tile + kernel - 1) * beside
            transform = cost.transform(cells, len(layer.windows.size)) * width
            for_a_tile = transform * (layer.channels + layer.filters) + 1.5 * cells * maps * width
            return for_a_tile * (-(-height // tile) * layer.batch) + transform * maps

        longest = max(1, BLOCK // of_a_row - kernel + 1)
        choices = {min(height, longest, tile) for tile in _tiles(kernel, beside)}
        nanoseconds, tile = min((estimate(tile), tile) for tile in choices)
        together = max(1, _AT_ONCE // ((tile + kernel - 1) * beside * layer.channels * layer.dtype.itemsize))
        rows = min(height, tile * together)
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
        from scipy import fft

        spectra: Array = np.conj(fft.rfftn(weight, self._lengths(), axes=range(2, weight.ndim)))
        return spectra[:, :, None]

    def run(self, cells: Array, first: int, prepared: Array, out: Array) -> None:
        """Transform the tiles, add up products over channels, transform back."""
        from scipy import fft

        layer, lengths = self.layer, self._lengths()
        images, channels, height, *beside = cells.shape
        kernel = layer.windows.kernel[0]
        tiles = (height - kernel + 1) // self.tile
        image, channel, row, *rest = cells.strides
        shape = (images, channels, tiles, self.tile + kernel - 1, *beside)
        cut = as_strided(cells, shape, (image, channel, self.tile * row, row, *rest), writeable=False)
        spectra = fft.rfftn(cut, lengths, axes=range(3, cut.ndim))
        kept = tuple(slice(size) for size in (self.tile, *out.shape[3:]))
        for f in range(layer.filters):
            first = f // layer.filters_each * layer.channels_each
            total = spectra[:, first] * prepared[f, 0]
            for c in range(1, layer.channels_each):
                total += spectra[:, first + c] * prepared[f, c]
            found = fft.irfftn(total, lengths, axes=range(2, total.ndim))[:, :, *kept]
            out[:, f] = found.reshape(images, tiles * self.tile, *out.shape[3:])[:, : out.shape[2]]

    def _lengths(self) -> tuple[int, ...]:
        """Return transform lengths that hold a tile's cells, with small prime factors only."""
        from scipy.fft import next_fast_len

        axes = zip((self.tile, *self.layer.windows.output[1:]), self.layer.windows.kernel, strict=True)
        return tuple(next_fast_len(n + k - 1, real=True) for n, k in axes)


def _tiles(kernel: int, beside: int) -> Iterator[int]:
    """Yield rows of outputs for which the transform is 2 to 32 times the kernel, and not tiny."""
    for times in (2, 4, 8, 16, 32):
        yield max(times * kernel, _LEAST // beside) - kernel + 1
