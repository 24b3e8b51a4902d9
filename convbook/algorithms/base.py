"""What all algorithms have in common: three steps, and the size of the blocks in which they work."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product, repeat
from operator import add, sub
from typing import Any, ClassVar, NamedTuple, Self

from convbook._arguments import Array
from convbook._caching import Caching, cached_property
from convbook.algorithms import threads as pool
from convbook.algorithms.problem import Cut, Problem, seen
from convbook.algorithms.scratch import BLOCK as BLOCK


class Block(NamedTuple):
    """Some outputs that are computed at once."""

    #: Where they lie: examples, filters, and a box of positions.
    outputs: tuple[slice, ...]
    groups: slice
    #: The examples and the channels that they see.
    examples: tuple[slice, slice]
    #: How to cut out the cells that they see.
    cells: Cut


@dataclass(frozen=True)
class Algorithm(Caching, ABC):
    """One way to compute a layer, planned: what it costs and how it cuts the outputs into blocks.

    The three steps are `plan`, once for all layers of the same sizes; `prepare`, once for a call, which brings the
    weights into the form that the blocks need; and for each block `run`, on what `cells` has brought into form.
    """

    problem: Problem
    #: How many examples make a block, how many of the groups, and how many outputs along each spatial axis: mostly
    #: some rows (indices of the first axis), whole as they are.
    images: int
    groups: int
    box: tuple[int, ...]
    #: The estimate, for the whole batch.
    nanoseconds: float
    #: The bytes that one block needs at most.
    bytes: int
    #: The bytes of the filters in the form that `prepare` gives them, if that is not their own.
    prepared: int

    name: ClassVar[str]
    #: Whether rounding errors are several times those of the plain sums.
    amplifies: ClassVar[bool] = False
    #: Whether `run` puts outputs into any array that it is given, of whatever dtype and layout.
    anywhere: ClassVar[bool] = False
    #: Whether other products are added up than those of the sums, which may overflow or vanish where these do not.
    indirect: ClassVar[bool] = False
    #: Rows are computed in multiples of this.
    unit: ClassVar[int] = 1

    @classmethod
    @abstractmethod
    def plan(cls, problem: Problem, threads: int, *, finite: bool) -> Self | str:
        """Return the plan for a layer, or in words why there is none."""

    @abstractmethod
    def prepare(self, weight: Array) -> Any:
        """Return the weights as `run` needs them."""

    def cells(self, x: Array, block: Block) -> Any:
        """Return what `run` needs of the input: the cells that a block's outputs see, with zeros beyond the input."""
        return block.cells.of(x, self.problem.dtype)

    @abstractmethod
    def run(self, cells: Any, prepared: Any, out: Array) -> None:
        """Compute a block of outputs, of shape ``(images, filters, rows, ...)``, from what `cells` returned."""

    @property
    def keeps_nonfinite_local(self) -> bool:
        """Whether infinities and NaNs stay local: they reach the outputs that see them, and no other."""
        return False

    @property
    @abstractmethod
    def handoffs(self) -> int:
        """How often a block gives the interpreter's lock away, and asks for it again: its calls that compute."""

    @property
    def rows(self) -> int:
        """The rows of outputs of a block."""
        return self.box[0]

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks, found once for all layers of the same sizes: for small ones this is most of the work."""
        problem, output, found = self.problem, self.problem.windows.output, []
        corners = list(product(*map(range, repeat(0), output, self.box)))
        for example in range(0, problem.batch, self.images):
            examples = slice(example, example + self.images)
            for group in range(0, problem.groups, self.groups):
                last = min(group + self.groups, problem.groups)
                channels = slice(group * problem.channels_each, last * problem.channels_each)
                filters = slice(group * problem.filters_each, last * problem.filters_each)
                for corner in corners:
                    ends = tuple(map(min, map(add, corner, self.box), output))
                    outputs = examples, filters, *map(slice, corner, ends)
                    computed = self.outputs(tuple(map(sub, ends, corner)))
                    cells = seen(problem.windows, (examples, channels), corner, computed)
                    found.append(Block(outputs, slice(group, last), (examples, channels), cells))
        return found

    def worthwhile(self) -> bool:
        """Return whether the estimate is good for such a layer, and memory suffices: if not, only on request."""
        return self.bytes <= room(self.problem) and self.prepared <= prepared_at_most(self.problem)

    def outputs(self, box: tuple[int, ...]) -> tuple[int, ...]:
        """Return how many outputs per axis are computed to get this many."""
        return round_up(box[0], self.unit), *box[1:]


class OfGradient(Algorithm):
    """An algorithm that computes the gradient of the weight, too, from the same cells."""

    @abstractmethod
    def gradient(self, cells: Any, y: Array, out: Array) -> None:
        """Multiply a block of outputs with what the taps see of its cells: the block's share of the gradient."""


def threads_for(algorithm: Algorithm, threads: int) -> int:
    """Return how many threads share the blocks: one where a thread more would not pay, or BLAS does it better."""
    if threads == 1 or len(algorithm.blocks) == 1 or algorithm.nanoseconds < pool.WORTH_SPREADING:
        return 1
    problem = algorithm.problem
    if problem.pointwise and not problem.converted and algorithm.images == 1:
        return 1
    return pool.sharing(threads, algorithm.nanoseconds, len(algorithm.blocks) * algorithm.handoffs)


def round_up(n: int, unit: int) -> int:
    """Return the least multiple of `unit` that is not below `n`."""
    return -(-n // unit) * unit


#: How many times larger than their budget blocks may become for the lock's sake: they stay in the next cache.
_COARSER = 2

#: Parts of rows are multiples of this, if they are not shorter.
_ALIGNED = 16

#: How many numbers a block of this many examples, groups, and outputs along each axis takes at most.
Needs = Callable[[int, int, tuple[int, ...]], float]


class Share(NamedTuple):
    """The size of a block."""

    images: int
    groups: int
    box: tuple[int, ...]
    bytes: int

    def blocks(self, problem: Problem) -> float:
        """Return how many blocks a layer has, small rests counted as what they are."""
        boxes = math.prod(n / each for n, each in zip(problem.windows.output, self.box, strict=True))
        return problem.batch / self.images * problem.groups / self.groups * boxes


def room(problem: Problem) -> int:
    """Return how many bytes a block may take: those that each thread keeps, or more where a single filter is large."""
    return max(BLOCK, 16 * problem.channels_each * problem.taps * problem.dtype.itemsize)


def lent(size: int) -> int:
    """Return how many bytes of a block's room are taken by an array of filters that lies in the same memory.

    One that does not fit lies elsewhere, and a large one shall not leave too little.
    """
    return min(size, BLOCK // 2) if size < BLOCK else 0


def prepared_at_most(problem: Problem) -> int:
    """Return how many bytes the filters may take in another form."""
    return max(2 * BLOCK, 8 * problem.filters * problem.channels_each * problem.taps * problem.dtype.itemsize)


def cut(
    problem: Problem,
    threads: int,
    needs: Needs,
    *,
    numbers: float,
    budget: int,
    columns: int,
    nanoseconds: float,
    handoffs: int,
    unit: int = 1,
    rows: int = 0,
) -> Share:
    """Choose how many examples, groups and rows a block has.

    A block of one example, for which `numbers` temporary numbers are made in all, rows of `unit`, should stay near
    `budget` bytes, so that it stays in a cache, but give a matrix product at least this many `columns`: by several
    examples side by side, if need be of some of the groups, or this many `rows` of one (by default, what makes half
    the columns).

    Where threads would wait for the interpreter's lock, which a block asks for `handoffs` times, blocks are larger.
    """
    output = problem.windows.output
    in_a_row = problem.positions // output[0]
    size = max(1, int(numbers * problem.dtype.itemsize))
    most = pool.coarsest(threads, nanoseconds, handoffs)
    budget = max(budget, min(_COARSER * budget, int(size * problem.batch / most)))
    fit, wanted = budget // size, columns // problem.positions
    if max(fit, wanted) > 1:  # several examples side by side, but something for every thread
        images = _evenly(problem.batch, max(1, min(max(fit, wanted), -(-problem.batch // threads))))
        groups = -(-problem.groups // min(problem.groups, -(-images * size // budget)))
        share = fitted(problem, images, groups, output, needs, unit)
        if share.images > 1:
            return share
    groups = problem.groups
    if groups > 1:
        parts = min(groups, -(-size // budget))
        if problem.batch < threads and problem.multiply_adds > 2e6:
            parts = min(groups, round_up(parts, threads))
        groups = -(-groups // parts)
        size = -(-size * groups // problem.groups)
    least = max(unit, round_up(rows or -(-columns // (2 * in_a_row)), unit))
    rows = min(output[0], max(least, budget * output[0] // size))
    blocks = -(-output[0] // rows)
    if problem.groups == groups and problem.batch < threads and problem.multiply_adds > 2e6:
        blocks = min(round_up(blocks, threads), output[0])  # too few examples for the threads: share one's rows
    rows = min(round_up(-(-output[0] // blocks), unit), output[0])
    return fitted(problem, 1, groups, (rows, *output[1:]), needs, unit)


def fitted(problem: Problem, images: int, groups: int, box: tuple[int, ...], needs: Needs, unit: int = 1) -> Share:
    """Make a block smaller until it fits: fewer examples, then groups, then less of the longest axis, rows by `unit`.

    What is left may be too large all the same, if a single output sees too much.
    """
    images, sizes = max(1, images), list(box)
    most = room(problem)
    while (taken := math.ceil(needs(images, groups, tuple(sizes)) * problem.dtype.itemsize)) > most:
        least = [unit, *repeat(1, len(sizes) - 1)]
        longest = max(range(len(sizes)), key=lambda axis: sizes[axis] if sizes[axis] > least[axis] else 0)
        if images > 1:
            images = _evenly(problem.batch, _reduced(images, most, taken))
        elif groups > 1:
            groups = _reduced(groups, most, taken)
        elif sizes[longest] > least[longest]:
            step = least[longest] if longest == 0 else _ALIGNED
            reduced = _reduced(sizes[longest], most, taken)
            sizes[longest] = reduced // step * step or max(least[longest], reduced)
        else:
            break
    return Share(images, groups, tuple(sizes), taken)


def _evenly(batch: int, images: int) -> int:
    """Return how many examples a block has if it has no more than `images`, and the last is not a small rest."""
    return max(1, -(-batch // max(1, -(-batch // images))))


def _reduced(count: int, most: int, taken: int) -> int:
    """Return how many of a block's parts fit, at least one less than there are."""
    return max(1, min(count - 1, count * most // taken))
