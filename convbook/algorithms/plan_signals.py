"""The planner of signals: where the outputs of two arrays lie, and the cheapest algorithm for them that is right.

The convolution of two arrays is a layer with one channel, so the algorithms of layers compute it, or one that is not
for layers: sums as they are defined, transforms of all or of blocks, products of a kernel's factors.

Most of a small call would be deciding what to do. What shapes, types and words decide is therefore a recipe, which is
written once and kept; what the numbers decide (are they finite, is the kernel separable) is looked at in each call.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import Any, Final, NamedTuple

import numpy as np

from convbook._arguments import Array, dtypes_of_sums, must_have_as_many_axes
from convbook._geometry import Geometry
from convbook.algorithms import direct, fourier
from convbook.algorithms.direct import Sums, of_line
from convbook.algorithms.exactness import compute_dtype, rounds_exactly
from convbook.algorithms.plan_layers import ALGORITHMS, plan
from convbook.algorithms.planner import Plan
from convbook.algorithms.problem import Problem
from convbook.algorithms.scaling import Shifts, shifts
from convbook.algorithms.separable import Separable, is_separable
from convbook.algorithms.threads import worthwhile

_TRANSFORMS: Final = ("fft", "overlap-add")
#: What `method` may be: the planner's choice, ways for two arrays alone, and those of layers.
METHODS: Final = ("auto", "direct", *_TRANSFORMS, "separable", *ALGORITHMS)

#: Where the wanted part of all outputs starts, and how many it is, along one axis.
Part = tuple[int, int]


@dataclass(frozen=True)
class Recipe:
    """What shapes, types, mode and border decide about a call, found once for all calls that share them."""

    #: The types of the sums and of the result.
    dtype: np.dtype[Any]
    result: np.dtype[Any]
    #: How many cells of the border are written out before and after, along each axis; nothing where they are zeros.
    reach: tuple[Part, ...]
    #: Where the outputs lie among all sums, and the same as an index.
    parts: tuple[Part, ...]
    wanted: tuple[slice, ...]
    #: Whether signal and kernel change places.
    swapped: bool
    #: How the products are added up as they are defined, and whether finding something better would take longer.
    sums: Sums
    quick: bool
    #: The mode of NumPy that gives the outputs of a line; nothing if they are cut out of all sums.
    mode: str


@lru_cache(1024)
def recipe_for(
    n: tuple[int, ...],
    k: tuple[int, ...],
    types: tuple[np.dtype[Any], ...],
    mode: str,
    border: bool,
    may_swap: bool,
) -> Recipe:
    """Find where the outputs lie and what is written out around the signal; `border` says whether that is not zeros."""
    must_have_as_many_axes(("x", n), ("h", k))
    sizes = list(zip(n, k, strict=True))
    if mode == "valid" and not (_within(k, n) or _within(n, k)):
        raise ValueError(
            f"`h` (of shape {k}) must fit into `x` (of shape {n}), "
            "or `x` into `h`, along every axis for `mode` 'valid'."
        )
    parts = tuple(_part(mode, a, b) for a, b in sizes)
    reach: tuple[Part, ...] = ()
    # Zeros beyond the ends need not be written out: they add nothing to any sum.
    if border and mode != "valid":
        reach = tuple((b - 1 - first, first + size - a) for (a, b), (first, size) in zip(sizes, parts, strict=True))
        parts, mode = tuple((b - 1, size) for (_, b), (_, size) in zip(sizes, parts, strict=True)), "valid"
        n = tuple(a + before + after for a, (before, after) in zip(n, reach, strict=True))
    return replace(recipe_of_parts(n, k, types, parts, may_swap, mode), reach=reach)


@lru_cache(1024)
def recipe_of_parts(
    n: tuple[int, ...],
    k: tuple[int, ...],
    types: tuple[np.dtype[Any], ...],
    parts: tuple[Part, ...],
    may_swap: bool,
    mode: str = "",
) -> Recipe:
    """Find how the outputs that lie in `parts` of all sums are computed, with no border but zeros.

    `mode` is their name, where they have one.
    """
    swapped = may_swap and math.prod(k) > math.prod(n)  # it makes no difference, except to the work
    if swapped:
        n, k = k, n
    dtype, result = dtypes_of_sums(*types)
    sums = direct.plan(n, k, dtype)
    cut = sums.way is not of_line or (swapped and mode == "same")
    return Recipe(
        dtype,
        result,
        (),
        parts,
        tuple(slice(first, first + size) for first, size in parts),
        swapped,
        sums,
        sums.microseconds < (32 if len(n) == 1 else 25) + 1e-3 * math.prod(n),
        "" if cut else mode,
    )


def _within(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    return all(k <= n for k, n in zip(small, large, strict=True))


def _part(mode: str, n: int, k: int) -> Part:
    """Find where in 'full' the outputs of `mode` start, and how many there are, along one axis."""
    if mode == "full":
        return 0, n + k - 1
    if mode == "same":
        return (k - 1) // 2, n
    return min(n, k) - 1, abs(n - k) + 1


class Choice(NamedTuple):
    """The algorithm for two arrays, its plan if it works in blocks, and by what they are to be shifted before."""

    method: str
    plan: Plan | None = None
    by: Shifts | None = None


#: What small calls come to: making it would cost a twentieth of their time.
_DIRECT: Final = Choice("direct")


def choose(x: Array, h: Array, recipe: Recipe, method: str) -> Choice:
    """Choose the algorithm: the one asked for, or the cheapest that is right."""
    if (
        method == "direct"
        or (method == "auto" and recipe.quick)
        or (method in _TRANSFORMS and not rounds_exactly(x, h))
    ):
        return _DIRECT
    if method in _TRANSFORMS:
        return Choice(method, by=shifts(x, h, x.dtype))
    in_products = x.dtype if x.dtype.kind in "fc" else compute_dtype(x[None, None], h[None, None], x.dtype)
    threads = worthwhile(recipe.sums.microseconds * 1000)
    candidates = _candidates(x.shape, h.shape, recipe.parts, x.dtype, in_products, threads, method)
    if method == "separable":
        if not is_separable(h):
            raise ValueError(
                f"`method` (={method!r}) cannot use `h` (of shape {h.shape}): it is no column times a row."
            )
        by = shifts(x, h, x.dtype)
        return Choice(method, candidates[method] if by is not None else None, by)  # else by sums of copies, twice
    if method != "auto":
        planned = candidates[method]
        return Choice(method, planned, shifts(x, h, x.dtype) if planned and planned.chosen.indirect else None)
    needed = cache(partial(shifts, x, h, x.dtype))  # found once, and only if somebody asks
    return next(found for name, planned in candidates.items() if (found := _if_right(name, planned, x, h, needed)))


def _if_right(
    name: str, planned: Plan | None, x: Array, h: Array, needed: Callable[[], Shifts | None]
) -> Choice | None:
    """Return an algorithm with its plan if it may be used on these numbers, and on what they need."""
    if (name == "separable" and not is_separable(h)) or (name in _TRANSFORMS and not rounds_exactly(x, h)):
        return None
    if name == "direct" or (planned is not None and planned.chosen.keeps_nonfinite_local):
        return Choice(name, planned)
    if (by := needed()) is None:
        return Choice(name) if name == "separable" else None  # by sums of copies, twice
    if name in _TRANSFORMS:
        return Choice(name, planned, by) if by.bounded else None
    if planned is not None and not planned.chosen.indirect:
        return Choice(name, planned)
    return None if min(by.of_a, by.of_b) < 0 else Choice(name, planned, by)


@lru_cache(1024)
def _candidates(
    n: tuple[int, ...],
    k: tuple[int, ...],
    parts: tuple[Part, ...],
    dtype: np.dtype[Any],
    in_products: np.dtype[Any],
    threads: int,
    method: str,
) -> dict[str, Plan | None]:
    """Return the algorithms that `method` allows, cheapest first, with the plans of those that work in blocks."""
    problem = Problem(1, 1, 1, 1, windows_around(n, k, parts), in_products, exact=dtype.kind in "iu")
    if method in ALGORITHMS:
        return {method: plan(problem, method, threads, True)}
    separable = Separable.plan(problem, threads, finite=True)
    plans: dict[str, Plan | None] = {
        "separable": None if isinstance(separable, str) else Plan("separable", threads, {}, separable)
    }
    if method == "separable":
        return plans
    # Estimates, in microseconds. Only their order matters: between neighbors a wrong guess costs little.
    costs = {"direct": direct.plan(n, k, dtype).microseconds, **fourier.costs(n, k, dtype)}
    of_layers = plan(problem, "auto", threads, True)
    for name, candidate in of_layers.candidates.items():
        if not isinstance(candidate, str) and candidate.worthwhile():
            costs[name] = (15 if len(n) == 1 else 30) + candidate.nanoseconds * 1e-3
            plans[name] = replace(of_layers, method=name, chosen=candidate)
    if min(k) > 1 and not isinstance(separable, str):
        costs["separable"] = 25 + separable.nanoseconds * 1e-3
    return {name: plans.get(name) for name in sorted(costs, key=lambda name: costs[name])}


def windows_around(n: tuple[int, ...], k: tuple[int, ...], parts: tuple[Part, ...]) -> Geometry:
    """Lay windows of the kernel's size around the outputs: before the first lie what it sees beyond the signal."""
    ones = (1,) * len(n)
    return Geometry(
        size=n,
        kernel=k,
        stride=ones,
        padding=tuple((taps - 1 - start, 0) for taps, (start, _) in zip(k, parts, strict=True)),
        dilation=ones,
        output=tuple(size for _, size in parts),
    )
