"""What both planners answer, `plan_layers` and `plan_signals`: the algorithm, and why."""

from dataclasses import dataclass

from convbook.algorithms.base import Algorithm


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
