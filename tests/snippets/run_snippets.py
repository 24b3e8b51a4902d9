"""Runs every snippet of every cell by itself, and compares what it shows with the cell's guard: `make test-snippets`.

Each snippet runs as a plain script in a process of its own, forked from one that has imported NumPy, SciPy, Matplotlib
and nothing of the book: no state passes from one to the next. A standalone snippet runs twice, with the package and
with the single file that the site serves. In the runs without convbook an import of it fails, and so does every access
to this checkout. The folder has the files that the snippet reads and the site serves beside it, and goes away.
"""

import argparse
import ast
import contextlib
import io
import json
import os
import py_compile
import random
import resource
import runpy
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

from book.downloads import single_file  # noqa: E402
from book.execution import chapters, guards  # noqa: E402
from book.snippets import Snippet, snippets_of  # noqa: E402

SECONDS = 60  # of a processor that one snippet may take
MEDIAN, LONGEST = 40, 150  # lines


@dataclass(frozen=True)
class Job:
    """One snippet in one form, and the cell whose guard it must satisfy."""

    chapter: str
    snippet: str
    form: str  # "standalone", "single-file" or "numpy-only"
    cell: chapters.Cell
    reads: tuple[str, ...] = ()  # what it reads from beside it, as the chapter's front matter names it

    def __str__(self) -> str:
        return f"{self.chapter}/{self.snippet} ({self.form})"


def all_chapters(only: str = "") -> Iterator[tuple[str, chapters.Chapter, list[Snippet]]]:
    """Give each chapter's name, the chapter and its snippets."""
    docs = ROOT / "docs"
    for path in chapters.below(docs):
        if only and path.stem != only:
            continue
        name = path.relative_to(docs).with_suffix("").as_posix()
        chapter = chapters.read(path)
        yield name, chapter, list(snippets_of(chapter.cells, name, reads=chapter.metadata.get("reads", [])))


def jobs_of(name: str, chapter: chapters.Chapter, snippets: Sequence[Snippet]) -> Iterator[Job]:
    """Give the runs of a chapter. A snippet whose forms are one runs once, where less is installed."""
    for s in snippets:
        cell = chapter.cells[s.number]
        if chapters.missing(cell) or s.standalone is None:
            continue
        forms = {} if s.same else {"standalone": s.standalone, "single-file": s.standalone}
        if s.numpy_only is not None:
            forms["numpy-only"] = s.numpy_only
        for form, code in forms.items():
            yield Job(name, s.name, form, replace(cell, line=1, first=1, source=code), s.files)


# One run --------------------------------------------------------------------------------------------------------
class _NoConvbook:
    """Lets no import find convbook."""

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] == "convbook":
            raise ModuleNotFoundError("No module named 'convbook'", name=name)


def warm_up() -> None:
    """Import what every snippet may, but not convbook, as a plain script would find it."""
    for name in ("MATPLOTLIBRC", "DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(name, None)
    os.environ["MPLBACKEND"] = "agg"
    import matplotlib.pyplot
    import numpy
    import scipy.fft
    import scipy.ndimage
    import scipy.signal

    assert all((numpy, scipy, matplotlib))


def write_single_file(folder: Path) -> None:
    """Write the library as one file into a folder, compiled: each run imports it anew."""
    text = single_file.flattened(ROOT / "convbook", (ROOT / "LICENSE").read_text(encoding="utf-8"))
    (folder / "convbook.py").write_text(text, encoding="utf-8")
    py_compile.compile(str(folder / "convbook.py"), doraise=True)


def faults_of(job: Job, beside: Path) -> list[str]:
    """Run a snippet as a script in this process, which must be of no further use; say what is wrong."""
    assert "convbook" not in sys.modules
    sys.path[:] = [entry for entry in sys.path if entry and not Path(entry).resolve().is_relative_to(ROOT / "docs")]
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != ROOT]
    if job.form == "numpy-only":
        sys.meta_path.insert(0, _NoConvbook())  # type: ignore[arg-type]
    else:
        sys.path.insert(0, str(beside if job.form == "single-file" else ROOT))
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for name in job.reads:
            shutil.copy(job.cell.path.parent / name, here)
        found = guards.faults(job.cell.metadata, outputs_of(job.cell.source, here))
    where = getattr(sys.modules.get("convbook"), "__file__", None)
    if job.form == "single-file" and where and Path(where).parent != beside:
        found.append(f"It took convbook from {where}.")
    return found


def outputs_of(code: str, folder: Path) -> list[dict[str, Any]]:
    """Run a script in a folder of its own; give what it shows, in Jupyter's format."""
    script = folder / "snippet.py"
    script.write_text(code, encoding="utf-8")
    sys.path.insert(0, str(folder))
    sys.argv = [str(script)]
    streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    error: BaseException | None = None
    with contextlib.chdir(folder), contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(streams["stdout"]))
        stack.enter_context(contextlib.redirect_stderr(streams["stderr"]))
        try:
            runpy.run_path(str(script), run_name="__main__")
        except BaseException as caught:  # what ends a script, whatever it is
            error = caught
    outputs: list[dict[str, Any]] = [
        {"output_type": "stream", "name": name, "text": stream.getvalue()}
        for name, stream in streams.items()
        if stream.getvalue()
    ]
    if error is not None:
        outputs.append({"output_type": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": []})
    return outputs


def run_all(jobs: Sequence[Job], workers: int) -> dict[int, list[str]]:
    """Run each job in a forked process, some at a time; map their numbers to what is wrong."""
    waiting = list(range(len(jobs)))[::-1]
    running: dict[int, tuple[int, Path]] = {}
    results: dict[int, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside:
        if any(job.form == "single-file" for job in jobs):
            write_single_file(Path(beside))
        while waiting or running:
            while waiting and len(running) < workers:
                number = waiting.pop()
                answer = Path(folder) / str(number)
                child = os.fork()
                if child == 0:
                    _answer(jobs[number], answer, Path(beside))
                running[child] = number, answer
            child, status = os.wait()
            number, answer = running.pop(child)
            if answer.is_file() and status == 0:
                results[number] = json.loads(answer.read_text())
            else:
                results[number] = [
                    f"The process ended with status {status} (more than {SECONDS} s of work, or a crash)."
                ]
    return results


def _answer(job: Job, answer: Path, beside: Path) -> None:
    """Be the child: run, write what is wrong, end."""
    status = 1
    try:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of work: others may be at work beside it
        signal.alarm(10 * SECONDS)
        sys.stdin.close()
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        found = faults_of(job, beside)
        answer.write_text(json.dumps(found))
        status = 0
    except BaseException as error:  # the parent must hear of anything
        answer.write_text(json.dumps([f"{type(error).__name__}: {error}"]))
        status = 0
    finally:
        os._exit(status)


# Is each line needed? ---------------------------------------------------------------------------------------------
def without_each_line(job: Job) -> Iterator[Job]:
    """Take out each line of what was added to the cell, where the rest is still Python."""
    lines = job.cell.source.splitlines()
    for n, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        rest = "\n".join(lines[:n] + lines[n + 1 :]) + "\n"
        try:
            ast.parse(rest)
        except SyntaxError:
            continue  # such a line is needed
        yield replace(job, cell=replace(job.cell, source=rest))


def needed_lines(
    jobs: Sequence[Job], cells: dict[tuple[str, str], str], sample: int, seed: int, workers: int
) -> tuple[int, int, list[str]]:
    """Count, over some snippets, the lines before the cell, and those without which the guard would not hold."""
    with_guard = [job for job in jobs if "expect" in job.cell.metadata and job.form == "standalone"]
    chosen = random.Random(seed).sample(with_guard, min(sample, len(with_guard)))
    trials = []
    lines = needed = 0
    for job in chosen:
        own = set(cells[job.chapter, job.snippet].splitlines())
        added = [line for line in job.cell.source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        added = [line for line in added if line not in own]
        tried = [trial for trial in without_each_line(job) if _gone(job, trial) not in own]
        lines += len(added)
        needed += len(added) - len(tried)
        trials += [(trial, _gone(job, trial)) for trial in tried]
    results = run_all([trial for trial, _ in trials], workers)
    spare = []
    for number, (trial, line) in enumerate(trials):
        if results[number]:
            needed += 1
        else:
            spare.append(f"{trial}: {line.strip()}")
    return lines, needed, spare


def _gone(job: Job, trial: Job) -> str:
    before, after = job.cell.source.splitlines(), trial.cell.source.splitlines()
    return next((a for a, b in zip(before, after, strict=False) if a != b), before[-1])


# The verb -------------------------------------------------------------------------------------------------------
def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapter", nargs="?", default="", help="the name of one chapter")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes at a time")
    parser.add_argument(
        "--lines", type=int, default=0, metavar="N", help="for N snippets, try whether each line is needed"
    )
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began = time.monotonic()
    jobs: list[Job] = []
    cells: dict[tuple[str, str], str] = {}
    snippets: list[Snippet] = []
    for name, own, found in all_chapters(arguments.chapter):
        jobs += jobs_of(name, own, found)
        snippets += found
        cells |= {(name, s.name): s.cell for s in found}
    if not jobs:
        print(f"There is no chapter {arguments.chapter}." if arguments.chapter else "There are no snippets.")
        return 2
    warm_up()
    if arguments.lines:
        lines, needed, spare = needed_lines(jobs, cells, arguments.lines, arguments.seed, arguments.jobs)
        print("\n".join(spare))
        print(f"{needed} of {lines} added lines are needed ({100 * needed / max(lines, 1):.1f} %).")
        draws = sum("rng" in line for line in spare)
        print(f"Of the others, {draws} draw random numbers: without them later draws are not the page's own.")
        return 0
    results = run_all(jobs, arguments.jobs)
    failed = 0
    for number, job in enumerate(jobs):
        if results[number]:
            failed += 1
            print(f"\n{job}:\n" + "\n".join(results[number]) + "\n" + _listing(job.cell.source))
    report(snippets, time.monotonic() - began)
    too_long = excesses(snippets, of_the_book=not arguments.chapter)
    print("\n".join([*too_long, f"{len(jobs) - failed} passed, {failed} failed"]))
    return 1 if failed or too_long else 0


def forms_of(snippets: Sequence[Snippet]) -> dict[str, list[int]]:
    """Map each form to the sorted lengths of its snippets, in lines."""
    return {
        "standalone": sorted(s.standalone.count("\n") for s in snippets if s.standalone is not None),
        "NumPy only": sorted(s.numpy_only.count("\n") for s in snippets if s.numpy_only is not None),
    }


def excesses(snippets: Sequence[Snippet], *, of_the_book: bool) -> list[str]:
    """Say in sentences which limits of length are passed: that of the median holds for the book, not for a chapter."""
    found = []
    for form, sizes in forms_of(snippets).items():
        if of_the_book and sizes and statistics.median(sizes) > MEDIAN:
            found.append(f"{form}: the median is {statistics.median(sizes):g} lines, and {MEDIAN} are the most.")
        if sizes and sizes[-1] > LONGEST:
            found.append(f"{form}: the largest has {sizes[-1]} lines, and {LONGEST} are the most.")
    return found


def report(snippets: Sequence[Snippet], seconds: float) -> None:
    """Say how many snippets there are, how long, and why some have no NumPy-only form."""
    for form, sizes in forms_of(snippets).items():
        if sizes:
            print(f"{form}: {len(sizes)} snippets, median {statistics.median(sizes):g} lines, largest {sizes[-1]}")
    reasons = Counter(
        s.reason.replace(str(n), "N") if (n := _number(s.reason)) else s.reason for s in snippets if s.reason
    )
    for reason, count in reasons.most_common():
        print(f"  not NumPy only, {count}: {reason}")
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{seconds:.0f} s, of a processor {sum((own.ru_utime, own.ru_stime, *children[:2])):.0f} s")


def _number(text: str) -> int:
    return next((int(word) for word in text.split() if word.isdigit()), 0)


def _listing(code: str) -> str:
    return "\n".join(f"    {number:3} {line}" for number, line in enumerate(code.splitlines(), 1))


if __name__ == "__main__":
    sys.exit(main())
