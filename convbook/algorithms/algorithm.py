"""What all algorithms have in common: three steps, and the size of the blocks in which they work."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

from convbook.algorithms.layer import Cut, Layer, seen
from convbook.arguments import Array
from convbook.windows import index

#: No block of any algorithm is planned to hold more bytes than this beside input, weights and output, unless a
#: single row of outputs needs more. Every thread works on one block at a time.
BLOCK = 16 << 20


@dataclass(frozen=True)
class Block:
    """A part of the outputs: where they lie, and how to cut out the cells that they see."""

    outputs: tuple[Any, ...]
    cells: Cut


@dataclass(frozen=True)
class Algorithm(ABC):
    """One way to compute a layer, planned: what it costs and how it cuts the outputs into blocks.

    The three steps are `plan`, once for all layers of the same sizes; `prepare`, once for a call, which brings the
    weights into the form that the blocks need; and `run`, for each block.
    """

    layer: Layer
    #: How many examples make a block, and how many rows (indices of the first spatial axis) of their outputs.
    images: int
    rows: int
    #: The estimate, for the whole batch.
    nanoseconds: float
    #: The bytes that one block needs.
    bytes: int

    name: ClassVar[str]
    #: Rows are computed in multiples of this.
    unit: ClassVar[int] = 1

    @classmethod
    @abstractmethod
    def plan(cls, layer: Layer, threads: int, *, finite: bool) -> Self | str:
        """Return the plan for a layer, or in words why there is none."""

    @abstractmethod
    def prepare(self, weight: Array) -> Any:
        """Return the weights as `run` needs them."""

    @abstractmethod
    def run(self, cells: Array, prepared: Any, out: Array) -> None:
        """Compute a block of outputs, of shape ``(images, filters, rows, ...)``, from the cells that they see."""

    @property
    def contained(self) -> bool:
        """Whether infinities and NaNs reach the outputs that see them, and no other."""
        return False

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks, found once for all layers of the same sizes: for small ones this is most of the work."""
        height = self.layer.windows.output[0]
        found = []
        for example in range(0, self.layer.batch, self.images):
            examples = slice(example, example + self.images)
            for first in range(0, height, self.rows):
                rows = min(self.rows, height - first)
                outputs = index(examples, slice(None), slice(first, first + rows))
                found.append(Block(outputs, seen(self.layer.windows, examples, first, self.outputs(rows))))
        return tuple(found)

    def worthwhile(self) -> bool:
        """Tell whether the layer is of the kind for which the estimate is good: if not, only on request."""
        return True

    def outputs(self, rows: int) -> tuple[int, ...]:
        """Return how many outputs per axis are computed to get so many rows."""
        return (round_up(rows, self.unit), *self.layer.windows.output[1:])


def round_up(n: int, unit: int) -> int:
    """Return the least multiple of `unit` that is not below `n`."""
    return -(-n // unit) * unit


def cut(
    layer: Layer, threads: int, *, numbers: float, budget: int, columns: int, unit: int = 1, rows: int = 0
) -> tuple[int, int, int]:
    """Return how many examples and rows a block has, and its bytes.

    A block of one example that needs `numbers` temporary numbers in all, rows of `unit`, should stay near `budget`
    bytes, so that it stays in a cache, but give a matrix product at least so many `columns`: several examples
    side by side, or so many `rows` of one (by default, what makes half the columns).
    """
    output_rows = layer.windows.output[0]
    in_a_row = layer.positions // output_rows
    size = max(1, int(numbers * layer.dtype.itemsize))
    fit, wanted = budget // size, columns // layer.positions
    if max(fit, wanted) > 1:  # several examples side by side, but something for every thread
        images = min(max(fit, wanted), -(-layer.batch // threads))
        images = max(1, min(images, BLOCK // size))
        if images > 1:
            images = -(-layer.batch // -(-layer.batch // images))  # no small rest
            return images, output_rows, images * size
    least = max(unit, round_up(rows or -(-columns // (2 * in_a_row)), unit))
    rows = min(output_rows, max(least, budget * output_rows // size))
    blocks = -(-output_rows // rows)
    if layer.batch < threads and layer.multiply_adds > 2e6:  # too few examples for the threads: share one's rows
        blocks = min(round_up(blocks, threads), output_rows)
    rows = min(round_up(-(-output_rows // blocks), unit), output_rows)
    return 1, rows, math.ceil(size * rows / output_rows)
