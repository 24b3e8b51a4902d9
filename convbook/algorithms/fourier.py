"""Fourier transforms with overlap-save: multiply spectra instead of sliding large kernels.

A product of spectra convolves on a circle, where the first outputs are those that the circle's end has not reached.
So the outputs are cut into blocks of rows, each transformed with all the cells that it sees, and what is wrapped
around is thrown away. What a tap more costs is nothing; what is lost is that errors are relative to the largest
output of a block, not to each.
"""

import math
from typing import ClassVar, Self

import numpy as np

from convbook.algorithms import cost
from convbook.algorithms.algorithm import BLOCK, Algorithm
from convbook.algorithms.layer import Layer
from convbook.arguments import Array

#: With fewer taps than this, sums are always cheaper.
_FEWEST = 100


class Fourier(Algorithm):
    """Products of spectra: large kernels at stride 1, any number of axes."""

    name: ClassVar[str] = "fft"

    @classmethod
    def plan(cls, layer: Layer, threads: int, *, finite: bool) -> Self | str:
        """Choose blocks of some four times the kernel's rows, within the bound."""
        if not layer.unit_steps:
            return "it needs stride 1 and dilation 1"
        if layer.exact or layer.dtype not in (np.float32, np.float64):
            return (
                f"it rounds, so it computes float32 and float64 only, not {'integers' if layer.exact else layer.dtype}"
            )
        if not finite:
            return "it would spread infinities and NaNs over whole blocks"
        kernel, height = layer.windows.kernel[0], layer.windows.output[0]
        beside = math.prod(n + k - 1 for n, k in zip(layer.windows.output[1:], layer.windows.kernel[1:], strict=True))
        of_a_row = beside * (layer.channels + 2) * 2 * layer.dtype.itemsize
        wanted = max(4 * kernel, 4096 // beside)
        rows = min(height, max(1, min(wanted, BLOCK // 2 // of_a_row - kernel + 1)))
        blocks = -(-height // rows)
        rows = -(-height // blocks)
        cells = (rows + kernel - 1) * beside
        transforms = cells * math.log2(cells) * 0.4 * cost.width(layer.dtype)
        maps = layer.filters * layer.channels_each
        spectra = cells * 1.5 * maps * cost.width(layer.dtype)
        nanoseconds = (transforms * (layer.channels + layer.filters) + spectra) * blocks * layer.batch
        once = transforms * maps
        return cls(layer, 1, rows, nanoseconds + once + 50_000, of_a_row * (rows + kernel - 1))

    def worthwhile(self) -> bool:
        """Tell whether the kernel is large enough."""
        return self.layer.taps >= _FEWEST

    def prepare(self, weight: Array) -> Array:
        """Transform the filters, turned around: their conjugate spectra."""
        from scipy import fft

        spectra: Array = np.conj(fft.rfftn(weight, self._lengths(), axes=self._axes()))
        return spectra

    def run(self, cells: Array, prepared: Array, out: Array) -> None:
        """Transform the cells, add up products over channels, transform back."""
        from scipy import fft

        layer, lengths, axes = self.layer, self._lengths(), self._axes()
        spectra = fft.rfftn(cells, lengths, axes=axes)
        kept = tuple(slice(size) for size in out.shape[2:])
        for f in range(layer.filters):
            first = f // layer.filters_each * layer.channels_each
            total = spectra[:, first] * prepared[f, 0]
            for c in range(1, layer.channels_each):
                total += spectra[:, first + c] * prepared[f, c]
            found = fft.irfftn(total, lengths, axes=tuple(axis - 1 for axis in axes))
            out[:, f] = found[:, *kept]

    def _lengths(self) -> tuple[int, ...]:
        """Return transform lengths that hold a block's cells, with small prime factors only."""
        from scipy.fft import next_fast_len

        outputs = zip(self.outputs(self.rows), self.layer.windows.kernel, strict=True)
        return tuple(next_fast_len(n + k - 1, real=True) for n, k in outputs)

    def _axes(self) -> tuple[int, ...]:
        return tuple(range(2, 2 + len(self.layer.windows.size)))
