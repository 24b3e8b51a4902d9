"""Measure convbook against what people would use instead: ``make bench``, or ``make bench-quick`` in two minutes.

One process, the contenders of a case in turn, round by round, each round in another order drawn by lot, so that what
slows the machine down slows all of them down, and nobody always follows the same neighbor. A round's ratio is our time
over that of the best peer; the case's ratio is the median over the rounds, and its quartiles say how far it can be
trusted: a case whose middle half spreads too far is refused, and the record says so. All cases are measured in one
pass, and then all of them in another: what differs between the passes is what another hour would change. Times are not
kept: they would be this machine's alone. The peak of a plain matrix product is measured in the same rounds, and shows
whether the machine was quiet.
"""

import argparse
import json
import random
import statistics
import sys
import time
import tracemalloc
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import scipy
import threadpoolctl
import torch
from measuring import ROUNDS, Call, Row, agree, machine, parts, peak, refusal, seconds, times_for, update
from workloads import Case, cases

import convbook
from convbook.algorithms import scratch

#: How often all cases are measured, one after the other.
PASSES = 2


class Times(NamedTuple):
    """What was found of a case in one pass."""

    #: Seconds by contender, round by round.
    seconds: dict[str, list[float]]
    #: The speed of a plain product in the same rounds.
    peaks: list[float]


def measure(case: Case, rounds: int, budget: float) -> Times:
    """Time the contenders in turn until rounds or seconds run out."""
    agree(f"{case.family}, {case.name}", case.calls, case.tolerance)
    times = {name: times_for(call) for name, call in case.calls.items()}
    found = Times({name: [] for name in case.calls}, [])
    end = time.perf_counter() + budget
    names, lots = list(case.calls), random.Random(0)
    for turn in range(rounds):
        if turn >= ROUNDS and time.perf_counter() > end:
            break
        lots.shuffle(names)
        for name in names:
            found.seconds[name].append(seconds(case.calls[name], times[name]))
        found.peaks.append(peak())
    return found


def ratios(case: Case, passes: list[Times]) -> tuple[str, list[list[float]]]:
    """Return the best peer of all rounds, and the ratios to it in each pass."""
    peers = {
        name: statistics.median(one for times in passes for one in times.seconds[name])
        for name in case.calls
        if name != "convbook"
    }
    best = min(peers, key=lambda name: peers[name])
    return best, [[a / b for a, b in zip(one.seconds["convbook"], one.seconds[best], strict=True)] for one in passes]


def row_of(case: Case, passes: list[Times]) -> Row:
    """Bring the passes of a case together."""
    best, samples = ratios(case, passes)
    return {
        "family": case.family,
        "case": case.name,
        "peer": best,
        "ratio": round(statistics.median(ratio for one in samples for ratio in one), 3),
        "samples": [[round(ratio, 3) for ratio in one] for one in samples],
        "peak": round(statistics.median(one for times in passes for one in times.peaks), 1),
        "extra_mib": round(extra_memory(case.calls["convbook"]) / 2**20, 1),
    }


def extra_memory(call: Call) -> int:
    """Return the most that a call holds beside what it returns, the memory that it keeps included."""
    scratch.forget()
    tracemalloc.start()
    found = call()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most - sum(part.nbytes for part in parts(found))


def summary(rows: list[Row]) -> str:
    """Draw the table of the families: geometric mean, quartiles, and how many cases are slower than the peer's."""
    lines = [f"{'family':32} {'threads':>7} {'cases':>5} {'slower':>6} {'mean':>6}  quartiles    worst"]
    for family in dict.fromkeys(row["family"] for row in rows):
        for threads in sorted({row["threads"] for row in rows}):
            found = [row["ratio"] for row in rows if row["family"] == family and row["threads"] == threads]
            if len(found) > 1:
                lower, _, upper = statistics.quantiles(found, method="inclusive")
                lines.append(
                    f"{family:32} {threads:7} {len(found):5} {sum(ratio > 1 for ratio in found):6} "
                    f"{statistics.geometric_mean(found):6.2f}  {lower:.2f} – {upper:.2f}  {max(found):6.2f}"
                )
    return "\n".join(lines)


def machine_now() -> Row:
    return machine(convbook, np, scipy, torch, cv2)


def others(record: Path, family: str) -> dict[str, list[Row]]:
    """Return what the record of this machine and this day says of other families; it can hold no other machine."""
    known = json.loads(record.read_text(encoding="utf-8"))
    for name, now in machine_now().items():
        if known[name] != now:
            raise SystemExit(f"{record} has {name} {known[name]!r}, and it is {now!r} now: measure all families.")
    return {part: [row for row in known[part] if family not in row["family"]] for part in ("rows", "refused")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="some cases of each family, one thread, few rounds")
    parser.add_argument("--threads", type=int, nargs="*", default=None)
    parser.add_argument("--family", default="", help="only families whose name has this in it")
    parser.add_argument("--out", type=Path, help="where to write the record; of other families it keeps what it has")
    chosen = parser.parse_args()
    known = chosen.family and chosen.out and chosen.out.exists()
    kept = others(chosen.out, chosen.family) if known else {"rows": [], "refused": []}
    counts = chosen.threads or ([1] if chosen.quick else [1, 2])
    limits = 7, 0.3
    found: dict[tuple[int, str, str], list[Times]] = {}
    rows: list[Row] = []
    refused: list[Row] = []
    passes = 1 if chosen.quick else PASSES
    for last in [*[False] * (passes - 1), True]:
        for case in cases(quick=chosen.quick):
            for threads in counts if chosen.family in case.family else ():
                torch.set_num_threads(threads)
                cv2.setNumThreads(threads)
                with threadpoolctl.threadpool_limits(threads), torch.no_grad():
                    times = found.setdefault((threads, case.family, case.name), [])
                    times.append(measure(case, *limits))
                    if refusal(ratios(case, times[-1:])[1][0]):  # once more: perhaps something else was at work
                        times[-1] = measure(case, *limits)
                    peer, samples = ratios(case, times)
                    reason = next((why for one in samples if (why := refusal(one))), "")
                    of_all = statistics.median(ratio for one in samples for ratio in one)
                    print(f"{of_all:7.2f}  {threads} {case.family}: {case.name} ({peer}) {reason}", file=sys.stderr)
                    if last and reason:
                        refused.append({"threads": threads, "family": case.family, "case": case.name, "reason": reason})
                    elif last:
                        rows.append({"threads": threads, **row_of(case, times)})
    print(summary(rows))
    print(f"{len(refused)} cases were refused.")
    if chosen.out:
        update(chosen.out, machine_now() | {"rows": kept["rows"] + rows, "refused": kept["refused"] + refused})


if __name__ == "__main__":
    main()
