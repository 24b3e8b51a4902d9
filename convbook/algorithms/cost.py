"""What things cost, in nanoseconds: the planner's whole knowledge of the machine.

The constants are rounded from fits to 83 layers, each computed in every way by one of two cores, with vectors of 256
bits and with vectors of 512. Only their ratios matter: a machine that is twice as fast at everything makes the same
choices. Between neighbors in cost a wrong guess costs little. Where a machine's ratios are others, ``make calibrate``
measures them, and ``CONVBOOK_COSTS=file`` uses them.
"""

import json
import math
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

#: How many times a float32's multiply-add one takes in a large matrix product, by type; others have no fast product.
_WIDER = {"f4": 1, "f8": 2, "c8": 4, "c16": 8}
_SLOW_MULTIPLY_ADD = 1.0

#: Nanoseconds of one float32 put at another place of a matrix that is transposed.
TURN = 2


@dataclass(frozen=True)
class Costs:
    """The constants, in nanoseconds; of numbers, of float32."""

    #: One multiply-add inside a large matrix product.
    multiply_add: float = 0.025
    #: One matrix product, whatever its size.
    each_product: float = 150
    #: One number copied to its place in a layout, from its neighbor's or not; and a run of neighbors.
    copy: float = 0.3
    copy_strided: float = 0.5
    each_run: float = 7
    #: One multiply-add in a fused loop over memory, and the start of such a loop.
    multiply_add_in_a_loop: float = 0.36
    each_loop: float = 40
    #: One number of Winograd's tiles moved from one layout to the next.
    moved: float = 1.6
    #: One cell of a Fourier transform, for each doubling of its length: along several axes.
    each_doubling: float = 0.32
    #: The calls of a handful of functions, whatever they compute.
    calls: float = 10_000

    @classmethod
    def read(cls, path: str | None) -> Self:
        """Return the costs that a JSON file gives, and the usual ones for what it leaves out, or for no file."""
        if not path:
            return cls()
        given = json.loads(Path(path).read_text(encoding="utf-8"))
        known = [field.name for field in fields(cls)]
        pairs: list[tuple[Any, Any]] = list(given.items()) if isinstance(given, dict) else [(given, None)]
        for name, value in pairs:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if name not in known or not (number and 0 < value < math.inf):
                raise ValueError(
                    f"The file that CONVBOOK_COSTS names (={path!r}) needs to map names of costs "
                    f"({', '.join(known)}) to positive numbers; it has {name!r}: {value!r}."
                )
        return cls(**given)


#: The costs that all estimates are made of.
costs = Costs.read(os.environ.get("CONVBOOK_COSTS"))


def has_fast_product(dtype: np.dtype[Any]) -> bool:
    """Return whether matrix products of this type are BLAS's."""
    return f"{dtype.kind}{dtype.itemsize}" in _WIDER


def width(dtype: np.dtype[Any]) -> float:
    """Return how many float32 one number is, in bytes: what costs memory costs in proportion."""
    return dtype.itemsize / 4


def copies(numbers: float, run: int, dtype: np.dtype[Any], *, strided: bool = False) -> float:
    """Return the cost of copying this many numbers into a layout, in runs of this many neighbors."""
    return numbers * ((costs.copy_strided if strided else costs.copy) * width(dtype) + costs.each_run / run)


def loops(multiply_adds: float, run: int, dtype: np.dtype[Any]) -> float:
    """Return the cost of this many multiply-adds in fused loops over this many neighbors each."""
    return multiply_adds * (costs.multiply_add_in_a_loop * width(dtype) + costs.each_loop / run)


def lanes(dtype: np.dtype[Any]) -> int:
    """Return how many real Fourier transforms SciPy computes at once, one in each lane of a 128-bit vector."""
    return max(1, 16 // dtype.itemsize)


def transform(cells: int, axes: int, dtype: np.dtype[Any], number: int) -> float:
    """Return the cost of one of a number of real Fourier transforms of this many cells that are computed in one call.

    Along one axis, transforms that leave lanes empty cost as much as those that fill them. Along several axes there
    are always enough lines to fill them, but the lines stride through memory. What leaves the cache waits for it.
    """
    of_a_line = 1.9 if number < lanes(dtype) else 0.34 + 0.38 * width(dtype)
    each = costs.each_doubling * (of_a_line if axes == 1 else 1)
    if cells * dtype.itemsize * min(number, lanes(dtype)) > 8 << 20:
        each *= 2
    return cells * math.log2(max(2, cells)) * each


def product(multiply_adds: float, m: int, n: int, k: int, dtype: np.dtype[Any]) -> float:
    """Return the cost of products of ``m × k`` with ``k × n`` matrices that make this many multiply-adds in all.

    Thin matrices are slower: of an inner loop of registers filled with rows and columns, some stay empty. One
    row is a vector: its product runs at the speed of memory, and starts slowly.
    """
    wider = _WIDER.get(f"{dtype.kind}{dtype.itemsize}")
    each = costs.multiply_add * wider if wider else _SLOW_MULTIPLY_ADD
    if m == 1:
        return multiply_adds * each * 6 * (1 + 12 / k)
    n = max(1, n)
    return multiply_adds * (each * (1 + 8 / m) * (1 + 20 / n) * (1 + 4 / k) + costs.each_product / (m * n * k))
