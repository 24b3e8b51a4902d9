"""Ways to read the book: a plan of all chapters, paths through some of them, and how long each takes.

::

    ```{reading-plan}
    - chapter: ch-algebra
      week: 3
      needs: [ch-one-sum]
      afterwards: say when convolutions may be regrouped.
      exercises: [ex-eleven, ex-remainder]
      recipe: recipe-power
    ```

    ```{reading-path} The gist
    :within: 30
    ch-one-sum#the-sum-in-symbols: the definition, read aloud
    ```

    ```{reading-needs}
    ```

The plan is the one list of chapters; ``{reading-needs}`` shows the same list as a table. A chapter with exercises is
worked through, one without is read beside it. A line of a path names a chapter by its label, or a part of it by the
address behind ``#``. All minutes are counted from the words of the pages as this build has read them. A name of
something that does not exist is a warning, and so is a path that takes longer than it says.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.ext.glue.crossref import PendingGlueReference
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from book.execution.build import noted
from book.execution.open_faults import written
from book.page import cookbook
from book.page.exercises import FoldedSolution

logger = logging.getLogger(__name__)

#: Words in a minute. A story is read more than twice as fast; here formulas and code stand between the words.
RATE = 100

#: Where the environment notes the words of a page's sections, and what a page plans.
WORDS, PLANNED = "words_of_sections", "reading_planned"


@dataclass(frozen=True)
class Entry:
    """A chapter of the plan."""

    chapter: str
    week: int
    needs: tuple[str, ...]
    afterwards: str
    exercises: tuple[str, ...] = ()
    recipe: str = ""


def read_plan(text: str) -> list[Entry]:
    """Read what a plan holds; a TypeError or ValueError says what is wrong with an entry."""
    entries = []
    for given in yaml.safe_load(text) or []:
        entry = Entry(**given | {key: tuple(given[key]) for key in ("needs", "exercises") if key in given})
        if bool(entry.exercises) != bool(entry.recipe):
            raise ValueError(f"{entry.chapter} has exercises or a recipe, and not both")
        entries.append(entry)
    return entries


def read_path(text: str) -> dict[str, str]:
    """Read what a path holds: its stops, and what each is for."""
    return {str(stop): str(what_for) for stop, what_for in (yaml.safe_load(text) or {}).items()}


# Words ------------------------------------------------------------------------------------------------------
def count_words(node: nodes.Node) -> int:
    """Count the words of prose below a node; a formula is one, and code, outputs and folded solutions are none."""
    if isinstance(node, nodes.Text):
        return len(node.astext().split())
    if isinstance(node, (nodes.math, nodes.math_block, PendingGlueReference)):
        return 1
    if isinstance(node, (nodes.literal_block, nodes.comment, nodes.raw, FoldedSolution)):
        return 0
    return sum(map(count_words, node.children))


def count(app: Sphinx, doctree: nodes.document) -> None:
    """Note title and words of each section under all its names."""
    app.env.metadata[app.env.docname][WORDS] = {
        name: (section[0].astext(), count_words(section))
        for section in doctree.findall(nodes.section)
        for name in section["ids"]
    }


def minutes(words: int) -> int:
    return math.ceil(words / RATE)


def duration(total: int) -> str:
    hours, rest = divmod(total, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


# Directives -------------------------------------------------------------------------------------------------
class Plan(nodes.General, nodes.Element):
    """Where the weeks will stand; a child for each entry has the words of what one can do afterwards."""


class Path(nodes.General, nodes.Element):
    """Where the stops of a path will stand; a child for each has the words of what it is for."""


class Needs(nodes.General, nodes.Element):
    """Where the table of chapters will stand."""


class Reading(SphinxDirective):
    """What the three directives share."""

    has_content = True

    def placed(self, node: nodes.Element, words: list[str]) -> list[nodes.Node]:
        self.set_source_info(node)
        messages = []
        for text in words:
            inline, said = self.state.inline_text(text, self.lineno)
            node += nodes.inline("", "", *inline)
            messages += said
        self.env.metadata[self.env.docname].setdefault(PLANNED, []).append((type(node).__name__, node.attributes))
        return [node, *messages]


class PlanDirective(Reading):
    """The list of all chapters, written as weeks."""

    def run(self) -> list[nodes.Node]:
        try:
            entries = read_plan("\n".join(self.content))
        except (TypeError, ValueError, yaml.YAMLError) as wrong:
            raise self.error(f"the plan cannot be read: {wrong}") from wrong
        return self.placed(Plan("", entries=entries), [entry.afterwards for entry in entries])


class PathDirective(Reading):
    """Stops and what each is for; `:within:` is how many minutes they may take."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"within": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        stops = read_path("\n".join(self.content))
        node = Path("", title=self.arguments[0], stops=list(stops), within=self.options.get("within"), at=self.lineno)
        return self.placed(node, list(stops.values()))


class NeedsDirective(Reading):
    """The plan of the same page as a table: which chapter needs which."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        return self.placed(Needs(""), [])


# What the environment remembers -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Place:
    """A chapter or a part of one, as it is linked to; `number` is that of the chapter."""

    docname: str
    identifier: str
    title: str
    number: str
    words: int

    @property
    def name(self) -> str:
        return f"{self.number} {self.title}".strip()


def place_of(env: BuildEnvironment, stop: str) -> Place | None:
    """Find what a stop names: a label, or a label and the address of a section on its page."""
    label, _, section = stop.partition("#")
    docname, identifier = env.domains.standard_domain.anonlabels.get(label, ("", ""))
    identifier = section or identifier
    sections = env.metadata.get(docname, {}).get(WORDS, {})
    if identifier not in sections:
        return None
    title, words = sections[identifier]
    number = ".".join(map(str, env.toc_secnumbers.get(docname, {}).get("", ())))
    return Place(docname, identifier, title, number, words)


def outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """List the pages with minutes that are older than a page whose words were counted."""
    if not hasattr(app.builder, "get_output_path"):
        return list(noted(env, PLANNED))
    newest = max((env.all_docs.get(docname, 0) for docname in noted(env, WORDS)), default=0)
    return [docname for docname in noted(env, PLANNED) if written(app, docname) < newest]


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Report what does not exist, and a path that takes longer than it says."""
    recipes = cookbook.offered(env)
    for docname, planned in noted(env, PLANNED).items():
        for kind, found in planned:
            entries = found.get("entries", [])
            named = found.get("stops", []) + [name for e in entries for name in (e.chapter, *e.needs)]
            missing = sorted({name for name in named if place_of(env, name) is None})
            for name in missing:
                _warn(f"the {kind.lower()} names {name!r}, and there is no such place", docname)
            for entry in entries:
                place = place_of(env, entry.chapter)
                if place and entry.recipe and entry.recipe not in recipes.get(place.docname, []):
                    _warn(f"{place.docname} has no cell {entry.recipe!r} tagged `recipe`", docname)
            if found.get("within") and not missing:
                total = sum(minutes(place.words) for stop in found["stops"] if (place := place_of(env, stop)))
                if total > found["within"]:
                    _warn(f"the path {found['title']!r} takes {total} minutes, not {found['within']}", docname)


def _warn(message: str, docname: str) -> None:
    logger.warning(message, location=docname, type="reading")


# What the page shows ----------------------------------------------------------------------------------------
class FillReading(SphinxPostTransform):
    """Write the lists before anything is resolved: the links to exercises are then resolved as all others."""

    default_priority = 1

    def run(self, **_kwargs: Any) -> None:
        plans = list(self.document.findall(Plan))
        for table in list(self.document.findall(Needs)):
            table.replace_self([self.table(entry for plan in plans for entry in plan["entries"])])
        for path in list(self.document.findall(Path)):
            path.replace_self(list(self.path(path)))
        for plan in plans:
            plan.replace_self([self.weeks(plan)])

    def path(self, path: Path) -> Iterator[nodes.Node]:
        stops = nodes.enumerated_list("", enumtype="arabic", prefix="", suffix=".", classes=["reading-path"])
        total = 0
        for stop, what_for in zip(path["stops"], path.children, strict=True):
            if place := place_of(self.env, stop):
                total += minutes(place.words)
                about = f" (chapter {place.number}, {minutes(place.words)} min): "
                line = nodes.paragraph("", "", self.link(place, place.title), nodes.Text(about))
                line += what_for.children
                stops += nodes.list_item("", line)
        yield stops
        yield nodes.paragraph("", f"Together: {duration(total)} of reading, at {RATE} words a minute.")

    def weeks(self, plan: Plan) -> nodes.Node:
        weeks = nodes.definition_list(classes=["simple"])
        pairs = zip(plan["entries"], plan.children, strict=True)
        for week, chapters in groupby(pairs, lambda pair: pair[0].week):
            body = nodes.definition()
            total = 0
            for entry, afterwards in chapters:
                if place := place_of(self.env, entry.chapter):
                    total += minutes(place.words)
                    body += self.chapter(entry, place, afterwards)
            term = nodes.term("", f"Week {week}: {duration(total)} of reading")
            weeks += nodes.definition_list_item("", term, body)
        return weeks

    def chapter(self, entry: Entry, place: Place, afterwards: nodes.Node) -> Iterator[nodes.Node]:
        name = self.link(place)
        line = nodes.paragraph("", "Work through " if entry.exercises else "Read ")
        line += nodes.strong("", "", name) if entry.exercises else name
        line += [nodes.Text(": afterwards you can "), *afterwards.children]
        yield line
        if not entry.exercises:
            return
        line = nodes.paragraph("", "Exercises: ")
        for n, label in enumerate(entry.exercises):
            line += [nodes.Text(", " if n else ""), self.exercise(label)]
        if entry.recipe in cookbook.offered(self.env).get(place.docname, []):
            line += [nodes.Text(". Recipe: "), self.recipe(place.docname, entry.recipe)]
        yield line

    def table(self, entries: Iterator[Entry]) -> nodes.table:
        group = nodes.tgroup(cols=3)
        group += [nodes.colspec(colwidth=width) for width in (6, 3, 2)]
        rows = nodes.tbody()
        group += [nodes.thead("", self.row(*([nodes.Text(name)] for name in ("Chapter", "Needs", "Minutes")))), rows]
        for entry in entries:
            if place := place_of(self.env, entry.chapter):
                needs = []
                for need in entry.needs:
                    if needed := place_of(self.env, need):
                        needs += [nodes.Text(", " if needs else ""), self.link(needed, needed.number)]
                time = nodes.Text(str(minutes(place.words)))
                rows += self.row([self.link(place)], needs or [nodes.Text("–")], [time])
        return nodes.table("", group, classes=["reading-needs"])

    def row(self, *cells: list[nodes.Node]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))

    def link(self, place: Place, words: str = "") -> nodes.reference:
        address = self.app.builder.get_relative_uri(self.env.docname, place.docname)
        return nodes.reference("", words or place.name, refuri=f"{address}#{place.identifier}", internal=True)

    def exercise(self, label: str) -> nodes.Node:
        about = {"refdomain": "std", "reftype": "numref", "reftarget": label, "refexplicit": True, "refwarn": True}
        words = "{number} {name}"
        return addnodes.pending_xref("", nodes.inline("", words), refdoc=self.env.docname, **about)

    def recipe(self, docname: str, cell: str) -> nodes.reference:
        page = next(iter(cookbook.known(self.env)), docname)
        words = cookbook.title(cookbook.cell_of(self.env.get_doctree(docname), cell))
        return self.link(Place(page, cookbook.address(docname, cell), nodes.inline("", "", *words).astext(), "", 0))


def setup(app: Sphinx) -> dict[str, Any]:
    for name, directive in (("plan", PlanDirective), ("path", PathDirective), ("needs", NeedsDirective)):
        app.add_directive(f"reading-{name}", directive)
    for node in (Plan, Path, Needs):
        app.add_node(node)
    app.add_post_transform(FillReading)
    app.connect("doctree-read", count)
    app.connect("env-get-updated", outdated)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
