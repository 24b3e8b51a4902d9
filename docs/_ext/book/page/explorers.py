"""Explorers: figures whose numbers a reader can change.

::

    ```{explorer} sizes
    ---
    name: explorer-sizes
    alt: What somebody hears who cannot see the figure.
    n: 7
    kernel: 3
    ---
    The caption of the figure.
    ```

The build draws the figure from these values, and it is a figure like any other: it stands in print, without scripts and
before they have come. Below it `docs/_static/explorers` unfolds the explorer, which begins with the same values. What a
kind needs to know is here in Python and there in JavaScript under the same names; tests hold the one to the other.
"""

import inspect
import os
from collections.abc import Callable, Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import matplotlib as mpl
import matplotlib.pyplot as plt
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

import convbook
from book import ROOT
from book.execution.dependencies import Library
from book.execution.settings import MATPLOTLIBRC
from book.files import write
from convbook import figures

#: What the functions that draw find in this module.
IMPORTS = "import convbook\nfrom convbook import figures"
SCRIPT = "_static/explorers/explorer.js"


def whole(least: int, most: int) -> Callable[[str], int]:
    """Read a whole number in a range."""

    def read(text: str) -> int:
        if not least <= int(text) <= most:
            raise ValueError(f"it must be from {least} to {most}")
        return int(text)

    return read


def numbers(text: str) -> list[int]:
    """Read a list of whole numbers, with commas between them."""
    return [int(part) for part in text.split(",")]


def one_of(*words: str) -> Callable[[str], str]:
    return lambda text: directives.choice(text, words)


def draw_window(x: list[int], h: list[int], operation: str, mode: str, n: int) -> None:
    count = len(convbook.convolve(x, h, mode))
    if not 0 <= n < count:
        raise ValueError(f"n (={n}) must be one of the {count} outputs, from 0 on")
    start = {"full": 0, "same": (len(h) - 1) // 2, "valid": min(len(x), len(h)) - 1}[mode]
    figures.one_window(x, h[::-1] if operation == "convolution" else h, start + n - len(h) + 1)


def draw_sizes(
    n: int,
    kernel: int,
    stride: int,
    dilation: int,
    before: int,
    after: int,
    rounding: str,
    output: int,
) -> None:
    padding = [(before, after)]
    size = convbook.output_size(
        n, kernel, stride=stride, dilation=dilation, padding=padding, ceil_mode=rounding == "up"
    )
    if not 0 <= output < size:
        raise ValueError(f"output (={output}) must be one of the {size} outputs, from 0 on")
    starts = [stride * place - before for place in range(size)]
    figures.windows_on_line({"": (n, (before, after), starts)}, kernel, dilation=dilation)


def draw_padding(x: list[int], rule: str, before: int, after: int, value: int, place: int) -> None:
    if not -before <= place < len(x) + after:
        raise ValueError(f"place (={place}) must be from {-before} to {len(x) + after - 1}")
    reach = max(before, after)
    held = {"value": value} if rule == "constant" else {}
    figures.border_rules(x, {rule: convbook.pad(x, reach, rule, **held)}, reach)


#: kind -> (what reads each value, in the order of the address; the first value where a page says none; what draws)
KINDS: Mapping[str, tuple[dict[str, Callable[[str], Any]], dict[str, str], Callable[..., None]]] = {
    "window": (
        {
            "x": numbers,
            "h": numbers,
            "operation": one_of("convolution", "correlation"),
            "mode": one_of("full", "same", "valid"),
            "n": whole(0, 99),
        },
        {"operation": "convolution", "mode": "full", "n": "0"},
        draw_window,
    ),
    "sizes": (
        {
            "n": whole(1, 32),
            "kernel": whole(1, 9),
            "stride": whole(1, 9),
            "dilation": whole(1, 5),
            "before": whole(0, 9),
            "after": whole(0, 9),
            "rounding": one_of("down", "up"),
            "output": whole(0, 99),
        },
        {"stride": "1", "dilation": "1", "before": "0", "after": "0", "rounding": "down", "output": "0"},
        draw_sizes,
    ),
    "padding": (
        {
            "x": numbers,
            "rule": one_of("constant", "edge", "reflect", "symmetric", "wrap"),
            "before": whole(0, 12),
            "after": whole(0, 12),
            "value": whole(-999, 999),
            "place": whole(-99, 99),
        },
        {"value": "0", "place": "0"},
        draw_padding,
    ),
}


class Explorer(nodes.General, nodes.Element):
    """A figure, and the `kind` and the first `setting` of what unfolds below it."""


class ExplorerDirective(SphinxDirective):
    """A kind, its first values as options, and the caption of the figure that they give."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        **{name: directives.unchanged_required for readers, _, _ in KINDS.values() for name in readers},
        "name": directives.unchanged_required,
        "alt": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        kind = self.arguments[0]
        if kind not in KINDS:
            raise self.error(f"there is no explorer {kind!r}: it must be one of {', '.join(KINDS)}")
        if not self.content or not {"name", "alt"} <= set(self.options):
            raise self.error("an explorer needs `:name:`, `:alt:` (what its figure shows, in a sentence) and a caption")
        values = self.values(kind)
        figure = nodes.figure("", nodes.image(uri=self.drawn(kind, values), alt=self.options["alt"]))
        figure += nodes.caption("", "", *self.caption())
        self.set_source_info(figure)
        self.add_name(figure)
        setting = "&".join(f"{name}={_text(value)}" for name, value in values.items())
        return [Explorer("", figure, kind=kind, setting=setting)]

    def caption(self) -> list[nodes.Node]:
        found, messages = self.state.inline_text(" ".join(self.content), self.content_offset + 1)
        return [*found, *messages]

    def values(self, kind: str) -> dict[str, Any]:
        """Read the options; a fault names the file and the line."""
        readers, first, _ = KINDS[kind]
        given = {name: text for name, text in self.options.items() if name not in ("name", "alt")}
        if unknown := sorted(set(given) - set(readers)):
            raise self.error(f"the explorer {kind!r} has no {unknown[0]!r}: it has {', '.join(readers)}")
        found = {}
        for name, read in readers.items():
            text = given.get(name, first.get(name))
            if text is None:
                raise self.error(f"the explorer {kind!r} needs `:{name}:`")
            try:
                found[name] = read(text)
            except ValueError as fault:
                raise self.error(f"`:{name}:` of the explorer {kind!r} cannot be {text!r}: {fault}") from None
        return found

    def drawn(self, kind: str, values: dict[str, Any]) -> str:
        """Draw the figure beside the doctrees, and return its address as Sphinx knows it."""
        name = nodes.make_id(self.options["name"])
        path = Path(self.env.doctreedir, "explorers", f"{name}.svg")
        draw, drawing = KINDS[kind][2], BytesIO()
        with mpl.rc_context(
            {"figure.constrained_layout.use": False}, fname=str(MATPLOTLIBRC)
        ):  # cells fill their figure
            try:
                draw(**values)
            except ValueError as fault:
                raise self.error(f"the explorer {kind!r} cannot begin with these values: {fault}") from None
            plt.savefig(drawing, metadata={"Date": None})
            plt.close()
        write(path, drawing.getvalue())
        # The page is read again when what has drawn it changes.
        library = Library(ROOT / "convbook").files_used_by([f"{IMPORTS}\n{inspect.getsource(draw)}"])
        for file in [MATPLOTLIBRC, Path(__file__), *library]:
            self.env.note_dependency(str(file))
        return "/" + Path(os.path.relpath(path, self.env.srcdir)).as_posix()


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def visit_explorer(translator: Any, node: Explorer) -> None:
    if translator.builder.name != "epub":
        values = f'kind="{node["kind"]}" setting="{escape(node["setting"])}"'
        translator.body.append(f"<conv-explorer {values}>")


def depart_explorer(translator: Any, node: Explorer) -> None:
    builder = translator.builder
    if builder.name != "epub":
        address = relative_uri(builder.get_target_uri(builder.current_docname), SCRIPT)
        translator.body.append(
            f'<div class="explorer-place"></div><script type="module" src="{address}"></script></conv-explorer>\n'
        )


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(Explorer, html=(visit_explorer, depart_explorer))
    app.add_directive("explorer", ExplorerDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
