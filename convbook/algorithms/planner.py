"""The planner: estimates what each algorithm would cost on a layer, and takes the cheapest that is right."""

from dataclasses import dataclass
from functools import lru_cache

from convbook.algorithms.band import Band
from convbook.algorithms.base import Algorithm
from convbook.algorithms.columns import Columns
from convbook.algorithms.overlap_save import OverlapSave
from convbook.algorithms.problem import Problem
from convbook.algorithms.taps import Taps
from convbook.algorithms.toeplitz import Toeplitz
from convbook.algorithms.winograd import Winograd

ALGORITHMS: dict[str, type[Algorithm]] = {
    one.name: one for one in (Columns, Band, Taps, Toeplitz, Winograd, OverlapSave)
}


@dataclass(frozen=True)
class Plan:
    """The choice among algorithms for one layer, and its reasons. As text it is a small table."""

    #: The name of the algorithm that is used.
    method: str
    #: How many threads may share its blocks.
    threads: int
    #: For each algorithm its plan, with estimates of time and memory, or in words why it has none.
    candidates: dict[str, Algorithm | str]
    #: The plan of the algorithm that is used.
    chosen: Algorithm

    def __hash__(self) -> int:
        return hash((self.method, self.threads, self.chosen))

    def __str__(self) -> str:
        lines = ["method           estimate  block"]
        for name, candidate in self.candidates.items():
            mark = "*" if name == self.method else " "
            if isinstance(candidate, str):
                lines.append(f"{name:12}{mark}        -  {candidate}")
                continue
            block = f"{candidate.images} examples, {candidate.rows} rows, {candidate.bytes / 2**20:.1f} MiB"
            rare = "" if candidate.worthwhile() else "; on request only"
            lines.append(f"{name:12}{mark}{candidate.nanoseconds / 1e6:9.3f} ms  {block}{rare}")
        return "\n".join(lines)


@lru_cache(1024)
def plan(problem: Problem, method: str, threads: int, finite: bool, careful: bool = False, large: bool = False) -> Plan:
    """Choose an algorithm, or take the one that `method` names.

    `finite` says that neither input nor weights hold infinities or NaNs; if they do, only what spreads them no
    further than the sums themselves may be chosen, though anything may be asked for. So it is with what adds up other
    products, if numbers are so `large` that these might overflow. `careful` leaves out what enlarges rounding errors.
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
            if not isinstance(candidate, str) and candidate.worthwhile() and not (careful and candidate.enlarges)
        }
        method = min(costs, key=lambda name: costs[name])
    chosen = candidates[method]
    if isinstance(chosen, str):
        raise ValueError(f"`method` (={method!r}) cannot compute this layer: {chosen}.")
    return Plan(method, threads, candidates, chosen)
