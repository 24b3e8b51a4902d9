r"""Winograd's F(4×4, 3×3): 36 products instead of 144 for a tile of 4×4 outputs of a 3×3 filter.

Outputs of a short filter are the coefficients of a product of polynomials, and a polynomial of degree 5 is known by
its values at five points and at infinity. So evaluate tile and filter, multiply the values, and interpolate: on the
values of all tiles and channels, those are 36 ordinary matrix products. In two dimensions the transforms are Kronecker
squares, and are computed as what they are, matrix products; so any points cost the same. The usual 0, ±1, ±2 make
about twice the error of the 0, ±1/√2, ±√2 taken here.

A. Lavin and S. Gray, *Fast Algorithms for Convolutional Neural Networks* (2016); S. Winograd, *Arithmetic Complexity
of Computations* (1980).
"""

from functools import cache
from typing import Any, ClassVar, Self

import numpy as np

from convbook._arguments import Array
from convbook.algorithms import cost, scratch
from convbook.algorithms.base import BLOCK, Algorithm, cut, lent, round_up
from convbook.algorithms.problem import Problem

_OUT, _TAPS = 4, 3
_TILE = _OUT + _TAPS - 1
_POINTS = (0, 0.5**0.5, -(0.5**0.5), 2**0.5, -(2**0.5))

#: The interpolation amplifies the rounding errors of the sums over channels. These grow with the number of terms that
#: are added up one after the other, so no more than this are: half the error of 256 or more in a row, and less than
#: four times that of the plain sums.
_CHANNELS = 64

#: For so many of the 36 values the next channels are multiplied in one call: as fast as one by one, but a call that
#: takes microseconds would have several threads wait for the interpreter's lock.
_AT_ONCE = 12

#: Transformed weights of more bytes than this wait for memory.
_CACHE = 4 << 20

#: Below this many channels or filters the transforms cost more than the products save.
_FEWEST = 48


class Winograd(Algorithm):
    """Products of values at 36 points: 3×3 filters at stride 1, deep layers of floats."""

    name: ClassVar[str] = "winograd"
    unit: ClassVar[int] = _OUT
    amplifies: ClassVar[bool] = True
    anywhere: ClassVar[bool] = True
    indirect: ClassVar[bool] = True

    @classmethod
    def plan(cls, problem: Problem, threads: int, *, finite: bool) -> Self | str:
        """Weigh the transforms against the products that they save."""
        if problem.windows.kernel != (_TAPS, _TAPS) or not problem.unit_steps or problem.groups != 1:
            return "it needs 3×3 filters, stride 1, dilation 1 and one group"
        if problem.exact or problem.dtype not in (np.float32, np.float64):
            given = "integers" if problem.exact else problem.dtype
            return f"it rounds, so it computes float32 and float64 only, not {given}"
        if not finite:
            return "it would spread infinities and NaNs over whole tiles"
        channels, filters, size = problem.channels, problem.filters, _TILE * _TILE
        tiles = round_up(problem.windows.output[0], _OUT) * round_up(problem.windows.output[1], _OUT) // _OUT**2
        move = cost.costs.moved * cost.width(problem.dtype)
        moved = (size * channels + _OUT**2 * filters) * tiles * move
        transforms = cost.product(size * tiles * (size * channels + _OUT**2 * filters), 24, 1024, size, problem.dtype)
        products = cost.product(
            size * filters * channels * tiles, filters, min(tiles * problem.batch, 128), channels, problem.dtype
        )
        moved += size * filters * tiles * (-(-channels // _CHANNELS) - 1) * 0.25 * move  # added, where they lie
        weights = size * filters * channels  # transformed once a call, and read once a block
        once = weights * (1.5 if weights * problem.dtype.itemsize <= _CACHE else 4) * cost.width(problem.dtype)
        nanoseconds = (moved + transforms + products) * problem.batch + once
        prepared = weights * problem.dtype.itemsize
        filters_too = lent(prepared) / problem.dtype.itemsize

        def needs(images: int, _: int, box: tuple[int, ...]) -> float:
            high, wide = (round_up(n, _OUT) for n in box)
            tiles = images * high * wide // _OUT**2
            cells = images * channels * (high + _TAPS - 1) * (wide + _TAPS - 1)
            outputs = _OUT**2 * filters * tiles
            values = size * (channels + max(channels, filters)) * tiles
            values += (channels > _CHANNELS) * _AT_ONCE * filters * tiles
            return filters_too * (images == 1) + cells + outputs + values

        share = cut(
            problem,
            threads,
            needs,
            numbers=size * (channels + max(channels, filters)) * tiles * 1.25,
            budget=BLOCK // 4,
            columns=98 * _OUT**2,
            nanoseconds=nanoseconds,
            handoffs=_handoffs(channels),
            unit=_OUT,
        )
        return cls(problem, *share[:3], nanoseconds, share.bytes, prepared)

    def worthwhile(self) -> bool:
        """Return whether the layer is deep enough."""
        return super().worthwhile() and min(self.problem.channels, self.problem.filters) >= _FEWEST

    @property
    def handoffs(self) -> int:
        """A block's calls: copies, transforms and products, and more products for more channels."""
        return _handoffs(self.problem.channels)

    def outputs(self, box: tuple[int, ...]) -> tuple[int, ...]:
        """Compute whole tiles."""
        return tuple(round_up(n, _OUT) for n in box)

    def prepare(self, weight: Array) -> Array:
        """Evaluate the filters: ``(36, filters, channels)``."""
        _, of_filter, _ = transforms_2d(weight.dtype)
        values = _product(of_filter, weight.reshape(-1, _TAPS * _TAPS).T)
        return values.reshape(_TILE**2, self.problem.filters, self.problem.channels)

    def run(self, cells: Array, prepared: Array, out: Array) -> None:
        """Evaluate the tiles, multiply, interpolate."""
        of_tile, _, to_outputs = transforms_2d(cells.dtype)
        images, filters, rows, row = out.shape
        high, wide = -(-rows // _OUT), -(-row // _OUT)
        image, channel, down, right = cells.strides
        shape = (_TILE, _TILE, self.problem.channels, images, high, wide)
        strides = (down, right, channel, image, _OUT * down, _OUT * right)
        found = scratch.empty((_OUT**2, filters * images * high * wide), cells.dtype)
        with scratch.Borrowed():
            values = scratch.empty((_TILE**2, self.problem.channels, images * high * wide), cells.dtype)
            with scratch.Borrowed():
                tiles = scratch.empty(shape, cells.dtype)
                np.copyto(tiles, scratch.strided(cells, shape, strides))
                np.matmul(of_tile, tiles.reshape(_TILE**2, -1), out=values.reshape(_TILE**2, -1))
            np.matmul(to_outputs, _multiply(prepared, values).reshape(_TILE**2, -1), out=found)
        found = found.reshape(_OUT, _OUT, filters, images, high, wide).transpose(3, 2, 4, 0, 5, 1)
        if (rows, row) == (_OUT * high, _OUT * wide):
            np.copyto(scratch.reshaped(out, found.shape), found)
        else:
            whole = scratch.empty(found.shape, found.dtype)
            np.copyto(whole, found)
            out[...] = whole.reshape(images, filters, _OUT * high, _OUT * wide)[:, :, :rows, :row]


def _product(a: Array, b: Array) -> Array:
    """Multiply matrices, or stacks of them, into scratch memory."""
    product = scratch.empty((*a.shape[:-1], b.shape[-1]), b.dtype)
    np.matmul(a, b, out=product)
    return product


def _multiply(filters: Array, tiles: Array) -> Array:
    """Multiply ``(36, F, C)`` with ``(36, C, tiles)``, and add up few channels at a time."""
    channels = filters.shape[2]
    if channels <= _CHANNELS:
        return _product(filters, tiles)
    products = _product(filters[:, :, :_CHANNELS], tiles[:, :_CHANNELS])
    some = scratch.empty((_AT_ONCE, *products.shape[1:]), tiles.dtype)
    for first in range(_CHANNELS, channels, _CHANNELS):
        part = slice(first, first + _CHANNELS)
        for value in range(0, len(products), _AT_ONCE):
            those = slice(value, value + _AT_ONCE)
            products[those] += np.matmul(filters[those, :, part], tiles[those, part], out=some)
    return products


def _handoffs(channels: int) -> int:
    return 7 + 2 * (_TILE**2 // _AT_ONCE) * (-(-channels // _CHANNELS) - 1)


@cache
def transforms_2d(dtype: np.dtype[Any]) -> tuple[Array, Array, Array]:
    """Return what turns a tile into 36 values, a filter into 36 values, and 36 products into 4×4 outputs."""
    tile, taps, outputs = cook_toom(_POINTS, _OUT, _TAPS)
    return tuple(np.kron(one, one).astype(dtype) for one in (tile, taps, outputs))  # type: ignore[return-value]


def cook_toom(points: tuple[float, ...], outputs: int, taps: int) -> tuple[Array, Array, Array]:
    """Return the matrices B, G, A of ``y = A [(G g) * (B d)]``, with the points given and infinity.

    It is the transpose of multiplying polynomials by their values at the points.
    """

    def values(coefficients: int) -> Array:
        return np.vstack([np.vander(points, coefficients, increasing=True), np.eye(coefficients)[-1]])

    return np.linalg.inv(values(outputs + taps - 1)).T, values(taps), values(outputs).T
