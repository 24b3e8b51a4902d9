"""Sites of a few pages: built with the book's extensions in this process, changed, and built again."""

import os
import re
import sys
import warnings
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

ROOT = Path(__file__).parents[1]

#: The pages and what is served for downloading (Sphinx writes what lies in _static every time).
SERVED = {".html", ".ipynb", ".py", ".whl", ".zip"}


def _plain(output: StringIO) -> str:
    """Give what was printed without colors, and what would replace a line of a terminal as a line of its own."""
    return re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", output.getvalue()).replace("\r", "\n")


@dataclass
class Result:
    """What a build did."""

    failed: bool
    warnings: str
    executed: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)


@dataclass
class Site:
    """A folder with a configuration and pages in `docs`, built into its `_build`."""

    folder: Path
    configuration: Path | None = None  # the folder of another conf.py

    def path(self, name: str) -> Path:
        return self.folder / name

    def source(self, page: str) -> Path:
        return self.path(f"docs/{page}.md")

    def file(self, name: str, builder: str = "html") -> Path:
        return self.path(f"_build/{builder}/{name}")

    def change(self, name: str, old: str, new: str) -> int:
        """Replace a text that stands once in a file; return the line of the change."""
        text = self.path(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        self.path(name).write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def line(self, name: str, text: str) -> int:
        """Give the number of the first line that holds the text."""
        lines = self.path(name).read_text(encoding="utf-8").splitlines()
        return next(n for n, line in enumerate(lines, 1) if text in line)

    def build(self, builder: str = "html", *, processes: int = 1, url: str = "") -> Result:
        """Build the site as `make html` does: no warning is passed over, and none ends the build."""
        before, said, warned = self.times(), StringIO(), StringIO()
        environment, path = dict(os.environ), list(sys.path)
        os.environ.update({"CONVBOOK_ROOT": str(ROOT), "CONVBOOK_URL": url})
        try:
            with patch_docutils(self.folder), docutils_namespace(), warnings.catch_warnings():
                # What Sphinx will remove one day is the subject of no test.
                warnings.simplefilter("ignore", DeprecationWarning)
                warnings.simplefilter("ignore", PendingDeprecationWarning)
                warnings.filterwarnings("ignore", "Non-unique cell id")  # the book itself reports these cells
                app = Sphinx(
                    self.path("docs"),
                    self.configuration or self.folder,
                    self.file("", builder),
                    self.path("_build/doctrees"),
                    builder,
                    status=said,
                    warning=warned,
                    warningiserror=True,
                    parallel=processes,
                )
                app.build()
        finally:  # a build sets what its kernels inherit, and conf.py where our extensions are
            os.environ.clear()
            os.environ.update(environment)
            sys.path[:] = path
        changed = {name for name, when in self.times().items() if before.get(name) != when}
        return Result(
            failed=app.statuscode != 0,
            warnings=_plain(warned).replace(f"{self.path('docs')}/", ""),
            executed=set(re.findall(r"^executed (\S+) in", _plain(said), re.M)),
            written={name.removesuffix(".html") for name in changed if name.endswith(".html")},
        )

    def page(self, name: str) -> str:
        return self.file(f"{name}.html").read_text(encoding="utf-8")

    def times(self) -> dict[str, int]:
        """Say when each page and each download was written."""
        site = self.file("")
        return {p.relative_to(site).as_posix(): p.stat().st_mtime_ns for p in site.rglob("*") if p.suffix in SERVED}

    def contents(self) -> dict[str, bytes]:
        """Give all that the site serves."""
        site = self.file("")
        files = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob("*")) if p.is_file()}
        return {name: path.read_bytes() for name, path in files.items() if not path.name.startswith(".")}
