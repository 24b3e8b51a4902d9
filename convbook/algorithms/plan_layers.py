"""The planner of layers: estimates what each algorithm would cost, and takes the cheapest that is right."""

from functools import lru_cache

from convbook._arguments import Array
from convbook.algorithms import threads as pool
from convbook.algorithms.band import Band
from convbook.algorithms.base import Algorithm, threads_for
from convbook.algorithms.columns import Columns
from convbook.algorithms.overlap_save import OverlapSave
from convbook.algorithms.planner import Plan
from convbook.algorithms.problem import Problem
from convbook.algorithms.scaling import Shifts, shifts
from convbook.algorithms.taps import Taps
from convbook.algorithms.toeplitz import Toeplitz
from convbook.algorithms.winograd import Winograd

ALGORITHMS: dict[str, type[Algorithm]] = {
    one.name: one for one in (Columns, Band, Taps, Toeplitz, Winograd, OverlapSave)
}


@lru_cache(1024)
def plan(problem: Problem, method: str, threads: int, finite: bool, careful: bool = False, large: bool = False) -> Plan:
    """Choose an algorithm, or take the one that `method` names.

    `finite` says that neither input nor weights hold infinities or NaNs; if they do, only what spreads them no
    further than the sums themselves may be chosen, though anything may be asked for. So it is with what adds up other
    products, if numbers are so `large` that these might overflow. `careful` leaves out what amplifies rounding errors.
    """
    candidates = {
        name: one.plan(problem, threads, finite=finite or name == method)
        if name == method or not (large and one.indirect)
        else "it might overflow, although the sums do not"
        for name, one in ALGORITHMS.items()
    }
    if method == "auto":
        costs = {
            name: candidate.nanoseconds
            for name, candidate in candidates.items()
            if not isinstance(candidate, str) and candidate.worthwhile() and not (careful and candidate.amplifies)
        }
        method = min(costs, key=lambda name: costs[name])
    chosen = candidates[method]
    if isinstance(chosen, str):
        raise ValueError(f"`method` (={method!r}) cannot compute this layer: {chosen}.")
    return Plan(method, threads, candidates, chosen)


def plan_for(
    problem: Problem, x: Array, weight: Array, method: str = "auto", *, careful: bool = False
) -> tuple[Plan, Shifts | None]:
    """Plan a layer; only if the plan might overflow, or spread infinities and NaNs, look at the numbers.

    What is planned may need them shifted.
    """
    planned = _for_threads(problem, method, True, careful)
    chosen = planned.chosen
    if problem.exact or chosen.keeps_nonfinite_local or not (method == "auto" or chosen.indirect):
        return planned, None
    needed = shifts(x, weight, problem.dtype)
    large = needed is not None and min(needed.of_a, needed.of_b) < 0
    if method == "auto" and (needed is None or (large and chosen.indirect)):
        planned = _for_threads(problem, method, needed is not None, careful, large)
    return planned, needed if planned.chosen.indirect else None


def _for_threads(problem: Problem, method: str, finite: bool, careful: bool, large: bool = False) -> Plan:
    """Plan for one thread, and only if that takes long enough for more: blocks for many threads cost more in all.

    If not all of these can share the blocks, plans for fewer threads may have larger ones, which more can share.
    """
    best = plan(problem, method, 1, finite, careful, large)
    threads = 1 if problem.small else pool.worthwhile(best.chosen.nanoseconds)
    shared = 0
    while shared < threads > 1:
        planned = plan(problem, method, threads, finite, careful, large)
        share = threads_for(planned.chosen, threads)
        if share > shared:
            best, shared = planned, share
        threads = 1 << (threads - 1).bit_length() - 1  # the next lower power of two
    return best
