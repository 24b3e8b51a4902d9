"""What all algorithms have in common: three steps, and the size of the blocks in which they work."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

from convbook.algorithms.layer import Cut, Layer, seen
from convbook.algorithms.scratch import BLOCK as BLOCK
from convbook.arguments import Array


class Block(NamedTuple):
    """Some outputs that are computed at once."""

    #: Where they lie: examples, filters, rows.
    outputs: tuple[slice, slice, slice]
    groups: slice
    #: The examples and the channels that they see.
    examples: tuple[slice, slice]
    #: How to cut out the cells that they see.
    cells: Cut


@dataclass(frozen=True)
class Algorithm(ABC):
    """One way to compute a layer, planned: what it costs and how it cuts the outputs into blocks.

    The three steps are `plan`, once for all layers of the same sizes; `prepare`, once for a call, which brings the
    weights into the form that the blocks need; and for each block `run`, on what `cells` has brought into form.
    """

    layer: Layer
    #: How many examples make a block, how many of the groups, and how many rows (indices of the first spatial axis)
    #: of their outputs.
    images: int
    groups: int
    rows: int
    #: The estimate, for the whole batch.
    nanoseconds: float
    #: The bytes that one block needs.
    bytes: int

    name: ClassVar[str]
    #: Whether rounding errors are several times those of the plain sums.
    enlarges: ClassVar[bool] = False
    #: Whether other products are added up than those of the sums, which may overflow or vanish where these do not.
    indirect: ClassVar[bool] = False
    #: Rows are computed in multiples of this.
    unit: ClassVar[int] = 1

    @classmethod
    @abstractmethod
    def plan(cls, layer: Layer, threads: int, *, finite: bool) -> Self | str:
        """Return the plan for a layer, or in words why there is none."""

    @abstractmethod
    def prepare(self, weight: Array) -> Any:
        """Return the weights as `run` needs them."""

    def cells(self, x: Array, block: Block) -> Any:
        """Return what `run` needs of the input: the cells that a block's outputs see, with zeros beyond the input."""
        return block.cells.of(x, self.layer.dtype)

    @abstractmethod
    def run(self, cells: Any, prepared: Any, out: Array) -> None:
        """Compute a block of outputs, of shape ``(images, filters, rows, ...)``, from what `cells` returned."""

    @property
    def contained(self) -> bool:
        """Whether infinities and NaNs reach the outputs that see them, and no other."""
        return False

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks, found once for all layers of the same sizes: for small ones this is most of the work."""
        layer, height, found = self.layer, self.layer.windows.output[0], []
        for example in range(0, layer.batch, self.images):
            examples = slice(example, example + self.images)
            for group in range(0, layer.groups, self.groups):
                last = min(group + self.groups, layer.groups)
                channels = slice(group * layer.channels_each, last * layer.channels_each)
                filters = slice(group * layer.filters_each, last * layer.filters_each)
                for first in range(0, height, self.rows):
                    rows = min(self.rows, height - first)
                    outputs = examples, filters, slice(first, first + rows)
                    cells = seen(layer.windows, (examples, channels), first, self.outputs(rows))
                    found.append(Block(outputs, slice(group, last), (examples, channels), cells))
        return found

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
    layer: Layer,
    threads: int,
    *,
    numbers: float,
    budget: int,
    columns: int,
    unit: int = 1,
    rows: int = 0,
    shared: int = 0,
) -> tuple[int, int, int, int]:
    """Return how many examples, groups and rows a block has, and its bytes.

    A block of one example that needs `numbers` temporary numbers in all, rows of `unit`, should stay near `budget`
    bytes, so that it stays in a cache, but give a matrix product at least so many `columns`: several examples
    side by side, or some of the groups, or so many `rows` of one (by default, what makes half the columns). To the
    rows of a block belong the numbers of so many that it shares with the next.
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
            return images, layer.groups, output_rows, images * size
    groups = layer.groups
    if groups > 1:
        parts = min(groups, -(-size // budget))
        if layer.batch < threads and layer.multiply_adds > 2e6:
            parts = min(groups, round_up(parts, threads))
        groups = -(-groups // parts)
        size = -(-size * groups // layer.groups)
    least = max(unit, round_up(rows or -(-columns // (2 * in_a_row)), unit))
    rows = min(output_rows, max(least, budget * output_rows // size))
    most = max(unit, (BLOCK * output_rows // size - shared) // unit * unit)
    blocks = -(-output_rows // rows)
    if layer.groups == groups and layer.batch < threads and layer.multiply_adds > 2e6:
        blocks = min(round_up(blocks, threads), output_rows)  # too few examples for the threads: share one's rows
    rows = min(round_up(-(-output_rows // blocks), unit), most, output_rows)
    return 1, groups, rows, math.ceil(size * (rows + shared) / output_rows)
