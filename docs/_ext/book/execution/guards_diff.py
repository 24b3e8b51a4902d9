"""`make guards-diff`: where the results of the chapters differ from their guards, as unified diffs.

It writes nothing and accepts nothing; the exit status is 1 if anything differs. Arguments are chapters or folders.
"""

import sys
from pathlib import Path

from book import ROOT
from book.execution import chapters, guards
from book.execution.session import Session, trace


def main(arguments: list[str]) -> int:
    roots = map(Path, arguments or ["docs"])
    paths = [
        path
        for root in roots
        for path in (chapters.below(root) if root.is_dir() else filter(chapters.is_chapter, [root]))
    ]
    differing = sum(compare(path.resolve()) for path in paths)
    if differing:
        print(f"{differing} cell{'s' if differing > 1 else ''} of {len(paths)} chapters differ from their guards.")
    return 1 if differing else 0


def compare(path: Path) -> int:
    """Print the differences of one chapter, and return their number."""
    differing = 0
    with Session(path.parent) as session:
        for cell in chapters.read(path).cells:
            place = f"{chapters.relative(path)}:{cell.line}"
            if missing := chapters.missing(cell):
                print(f"{place}: {cell.name}: skipped, needs {', '.join(missing)}")
                continue
            outputs, error = session.run(cell)
            failed = error is not None and "raises-exception" not in cell.metadata.get("tags", [])
            if failed:
                print(f"{place}: {cell.name}: The cell failed; the chapter ends here.\n{trace(error)}")
                return differing + 1
            if faults := guards.faults(cell.metadata, outputs):
                differing += 1
                want = str(cell.metadata.get("expect", ""))
                changes = guards.diff(want, guards.shown(outputs), f"{place} guard", f"{place} result")
                print(f"{place}: {cell.name}: {faults[0].splitlines()[0]}\n{changes}\n")
    return differing


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # the chapters import this checkout's convbook
    sys.exit(main(sys.argv[1:]))
