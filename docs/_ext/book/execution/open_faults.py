"""A fault is reported by every build until it is fixed.

Sphinx keeps what it has read even if the build then fails, so under ``-W`` a second build would find nothing to do
and succeed, with the broken page in place. Here the documents that a build complained about, or did not finish, are
noted in a file beside Sphinx's own, and the next build takes them up again: it reads those with a fault in themselves,
and only writes those with a fault towards others, such as a dead link. A warning without a document concerns all.

Nor does Sphinx look at a page again when what it links to has gone, or has another title. Here such a change has all
pages written again, which executes nothing.
"""

import json
import logging as standard_logging
from collections.abc import Set
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.build_phase import BuildPhase
from sphinx.util.logging import NAMESPACE, get_node_location, is_suppressed_warning

from book import files, patches

ALL = "*"


class OpenFaults(standard_logging.Handler):
    """Notes the documents that warnings are about, until a build has none."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(standard_logging.WARNING)
        self.app = app
        self.read: set[str] = set()  # to be read again
        self.write: set[str] = set()  # to be written again
        self.changes = False  # whether this build reads anything, or has lost a document

    def emit(self, record: standard_logging.LogRecord) -> None:
        kind, subtype = getattr(record, "type", ""), getattr(record, "subtype", "")
        if not is_suppressed_warning(kind, subtype, self.app.config.suppress_warnings):
            reading = self.app.phase in {BuildPhase.INITIALIZATION, BuildPhase.READING}
            (self.read if reading else self.write).add(self._document(getattr(record, "location", None)))

    def _document(self, location: Any) -> str:
        if isinstance(location, tuple):
            return location[0] or ALL
        if isinstance(location, nodes.Node):
            location = get_node_location(location)
        if not location:
            return ALL
        env = self.app.env
        if location in env.found_docs:
            return str(location)
        path = Path(location.rpartition(":")[0] or location)
        return next((name for name in env.found_docs if Path(env.doc2path(name)) == path), ALL)


def _file(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "open_faults.json"


def _noted(app: Sphinx, what: str) -> set[str]:
    """List the documents that earlier builds have left to be read, or to be written."""
    if not _file(app).exists():
        return set()
    try:
        noted = set(json.loads(_file(app).read_text(encoding="utf-8"))[what])
    except (ValueError, LookupError, TypeError):  # cut off, or written by another version of this file
        noted = {ALL}
    return set(app.env.found_docs) if ALL in noted else noted & app.env.found_docs


def _note(app: Sphinx, read: Set[str], write: Set[str]) -> None:
    if read or write:
        text = json.dumps({"read": sorted(read), "write": sorted(write)}, indent=1)
        files.write(_file(app), text.encode())
    else:
        _file(app).unlink(missing_ok=True)


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    app.open_faults.changes = bool(removed)
    if app.builder.name in {"html", "dirhtml"}:
        for docname in removed:  # Sphinx would leave its page on the site
            Path(app.builder.get_output_path(docname)).unlink(missing_ok=True)
    return _noted(app, "read")


def begin(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Until the build has finished, what it reads is not known to be right."""
    app.open_faults.changes |= bool(docnames)
    _note(app, _noted(app, "read") | set(docnames), _noted(app, "write"))


def write_again(app: Sphinx, env: BuildEnvironment) -> set[str]:
    """Write what was left to be written, and what has become wrong by a change elsewhere.

    Where there is nothing to write, the indices and the search page are as they were, too.
    """
    builder = app.builder
    before, env.link_targets = getattr(env, "link_targets", {}), _link_targets(env)
    if any(env.link_targets.get(name) != target for name, target in before.items()):
        return set(env.found_docs)
    again = _noted(app, "write")
    if builder.name in {"html", "dirhtml"}:
        # Another builder may have read a document since.
        again |= {name for name in env.found_docs & env.all_docs.keys() if written(app, name) < env.all_docs[name]}
        if not (app.open_faults.changes or again or any(builder.get_outdated_docs())):
            patches.keep_indices(builder)
    return again


def _link_targets(env: BuildEnvironment) -> dict[str, tuple[Any, ...]]:
    """Map all that links can name to where it is and what it is called."""
    targets: dict[str, tuple[Any, ...]] = {}
    for domain in env.domains.sorted():
        for name, title, kind, docname, anchor, _ in domain.get_objects():
            targets[f"{domain.name}:{kind}:{name}"] = (str(title), docname, anchor)
    standard, equations = env.domains.standard_domain, env.domains.math_domain.equations
    targets |= {f"label:{name}": place for name, place in (standard.anonlabels | standard.labels).items()}
    return targets | {f"equation:{name}": place for name, place in equations.items()}


def written(app: Sphinx, docname: str) -> int:
    """Say when a page was written, in microseconds, as Sphinx notes when it was read."""
    page = Path(app.builder.get_output_path(docname))
    return page.stat().st_mtime_ns // 1000 if page.exists() else 0


def end(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        _note(app, app.open_faults.read, app.open_faults.write)
    standard_logging.getLogger(NAMESPACE).removeHandler(app.open_faults)


def setup(app: Sphinx) -> dict[str, Any]:
    app.open_faults = OpenFaults(app)
    standard_logging.getLogger(NAMESPACE).addHandler(app.open_faults)
    app.connect("env-get-outdated", read_again)
    app.connect("env-before-read-docs", begin)
    app.connect("env-get-updated", write_again)
    app.connect("build-finished", end, priority=900)  # after those that may still warn
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
