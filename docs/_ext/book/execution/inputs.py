"""What the outputs of a chapter depend on, all of it: only where nothing of this has changed may they be kept.

The code of its cells, the modules of the library that it uses, the files that it reads, every package that is installed
for it, Python, the machine and the variables that a kernel sees, how figures are drawn, and the modules here that make
outputs. Prose, guards, captions and the look of the pages are none of it.
"""

import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata as distributions
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from book import ROOT
from book.execution import chapters, kernel
from book.execution.dependencies import Library, fingerprint

#: The modules that make outputs, or say what these depend on. Guards only look at them.
MAKERS = ("chapters", "dependencies", "inputs", "kept", "kernel", "names", "settings")
#: How kernels print and draw.
STYLE = sorted(path for path in (ROOT / "docs" / "_ipython").iterdir() if path.is_file())
#: What belongs to the system or to an installed package changes with these.
SYSTEM = tuple(map(Path, (sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev")))


@dataclass
class Inputs:
    """What a chapter names, and the `state` of all that it depends on when it was looked at."""

    folder: Path  # where its cells run
    cells: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]  # of each: code, tags, required packages
    reads: tuple[Path, ...]
    library: str = ""  # a digest of all of it ...
    used: frozenset[Path] = frozenset()  # ... and the modules of that library which the cells use
    state: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, app: Sphinx, path: Path, cells: Iterable[chapters.Cell], metadata: Mapping[str, Any]) -> "Inputs":
        named = tuple(
            (cell.source, tuple(cell.metadata.get("tags") or ()), tuple(cell.metadata.get("requires") or ()))
            for cell in cells
        )
        found = cls(path.parent, named, tuple(path.parent / name for name in metadata.get("reads") or ()))
        found.state = found.now(app)
        return found

    def now(self, app: Sphinx) -> Mapping[str, Any]:
        """Look at all of it."""
        library = look_at_library(app)
        if self.library != library.digest:
            used = library.files_used_by(code for code, *_ in self.cells)
            self.library, self.used = library.digest, frozenset(used)
        return {
            "folder": str(self.folder),
            "cells": [[code, list(tags), list(requires)] for code, tags, requires in self.cells],
            "files": fingerprint({*self.used, *self.reads}),
            **surroundings(app),
            "variables": kernel.conditions(),
        }

    def forget(self) -> None:
        """Let no state be the one that the outputs belong to."""
        self.state = {}

    def undeclared(self, app: Sphinx, read: Iterable[Path]) -> list[Path]:
        """List the files among those that the chapter has read whose changes would not be noticed."""
        root = Path(app.confdir).resolve()
        known = {file.resolve() for file in (*self.reads, *STYLE)}
        return sorted(
            file
            for file in {file.resolve() for file in read} - known
            if not _is_code(file, (root / "convbook").resolve())
            and not file.is_relative_to(Path(app.outdir).parent.resolve())
            and not file.parent.name.endswith(".egg-info")  # what an installation in place says about itself
            and not file.name.startswith("fontlist-")  # where matplotlib notes which fonts there are
            and ((file.is_relative_to(root) and not file.is_relative_to(sys.prefix)) or not _is_of_the_system(file))
        )


def _is_code(file: Path, library: Path) -> bool:
    """Whether the file is code of the library: the chapter depends on those modules that it uses."""
    return file.is_relative_to(library) and file.suffix in {".py", ".pyc"}


def _is_of_the_system(file: Path) -> bool:
    return any(file.is_relative_to(folder) or file.is_relative_to(folder.resolve()) for folder in SYSTEM)


def look_at_library(app: Sphinx) -> Library:
    """Give the library as the build has found it: it is looked at once."""
    if not hasattr(app, "library"):
        app.library = Library(Path(app.confdir) / "convbook")
    return app.library


def surroundings(app: Sphinx) -> dict[str, Any]:
    """Give what all chapters depend on: this, too, is looked at once in a build."""
    if not hasattr(app, "surroundings"):
        makers = [Path(__file__).with_name(f"{name}.py") for name in MAKERS]
        app.surroundings = {
            "packages": packages(),
            "python": [sys.version, sys.prefix, *platform.uname(), _processor(), os.cpu_count()],
            "made by": hashlib.sha256(b"".join(file.read_bytes() for file in [*makers, *STYLE])).hexdigest(),
        }
    return app.surroundings


def packages() -> list[str]:
    """List what is installed, with versions, but for what only looks at the finished site: that comes later."""
    later = _locked("requirements-browser.lock") - _locked("requirements.lock")
    installed = [found for found in distributions.distributions() if found.name.lower() not in later]
    return sorted({f"{found.name} {found.version}" for found in installed})


def _locked(name: str) -> set[str]:
    """Name the packages of a lock file."""
    return set(re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / name).read_text(encoding="utf-8")))


def _processor() -> str:
    """Name the processor, after which NumPy chooses its loops: their sums round differently."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith("model name")), platform.processor())
