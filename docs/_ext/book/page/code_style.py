"""The colors of code, light and dark: few, each at least 4.5 times as bright or dark as the ground it stands on.

What has the color of the ink gets no element of its own: names, signs and brackets are most of the tokens of a page.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from pygments.formatters import HtmlFormatter
from pygments.style import Style
from pygments.token import (
    STANDARD_TYPES,
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    Token,
    _TokenType,
)
from sphinx.application import Sphinx

from book import patches
from book.files import write


def rules(ink: str, muted: str, word: str, name: str, text: str, number: str, wrong: str) -> dict[_TokenType, str]:
    """Six colors for what a reader tells apart; everything else is ink."""
    return {
        Token: ink,
        Comment: f"italic {muted}",
        Keyword: word,
        Operator: ink,
        Operator.Word: word,
        Name: ink,
        Name.Builtin: name,
        Name.Function: name,
        Name.Class: name,
        Name.Decorator: name,
        Name.Namespace: ink,
        Name.Exception: wrong,
        String: text,
        String.Doc: text,
        String.Interpol: number,
        Number: number,
        Generic.Prompt: muted,
        Generic.Output: ink,
        Generic.Traceback: wrong,
        Generic.Error: wrong,
        Generic.Inserted: text,
        Generic.Deleted: wrong,
        Generic.Heading: "bold",
        Generic.Emph: "italic",
        Generic.Strong: "bold",
        Error: wrong,
    }


class Light(Style):
    """On paper and on light screens."""

    name = "convbook-light"
    background_color = "#f6f7f9"
    highlight_color = "#e6ebf2"
    styles: ClassVar[dict[_TokenType, str]] = rules(
        ink="#1b1f24",
        muted="#5c6570",
        word="#631e8a",
        name="#0f55a3",
        text="#0b6e5f",
        number="#a83411",
        wrong="#b3261e",
    )


class Dark(Style):
    """On dark screens."""

    name = "convbook-dark"
    background_color = "#1a1f26"
    highlight_color = "#2a323d"
    styles: ClassVar[dict[_TokenType, str]] = rules(
        ink="#dde2e8",
        muted="#98a2ae",
        word="#d09af0",
        name="#86c2fa",
        text="#6fd9c4",
        number="#ffb38a",
        wrong="#ff8a80",
    )


class FewSpans(HtmlFormatter):
    """Pygments' formatter, with an element for those tokens only that look different from plain text."""

    def format(self, tokensource: Iterable[tuple[_TokenType, str]], outfile: Any) -> None:
        super().format(((kind if is_colored(kind) else Token.Text, text) for kind, text in tokensource), outfile)


@cache
def is_colored(kind: _TokenType) -> bool:
    """Return whether the style gives these tokens a look of their own."""
    return Light.style_for_token(kind) != Light.style_for_token(Token.Text)


def sheet() -> str:
    """Write a rule for each look, whose color is a variable with a value for each theme; print has the light ones."""
    looks: dict[tuple[str, str, bool, bool], list[str]] = {}
    for kind, name in STANDARD_TYPES.items():
        light, dark = Light.style_for_token(kind), Dark.style_for_token(kind)
        if name and is_colored(kind):
            look = light["color"], dark["color"], light["italic"], light["bold"]
            looks.setdefault(look, []).append(f".{name}")
    rules, values = [], ("", "")
    for number, ((light, dark, italic, bold), names) in enumerate(looks.items()):
        slant, weight = "; font-style: italic" * italic, "; font-weight: bold" * bold
        rules.append(f".highlight :is({', '.join(names)}) {{ color: var(--code-{number}){slant}{weight} }}")
        values = f"{values[0]}--code-{number}:#{light};", f"{values[1]}--code-{number}:#{dark};"
    return "\n".join([*rules, in_both_themes(*values)])


def in_both_themes(light: str, dark: str) -> str:
    """Give variables of a page their values: for light and print, and for dark, chosen or the system's."""
    return (
        f"body{{{light}}}\n@media not print{{body[data-theme=dark]{{{dark}}}\n"
        f"@media (prefers-color-scheme:dark){{body:not([data-theme=light]){{{dark}}}}}}}\n"
    )


def use_few_spans(app: Sphinx) -> None:
    """Write code in our colors, and load them in the place of the theme's."""
    if app.builder.format != "html":
        return
    patches.write_code_with(app.builder, FewSpans)
    app.add_css_file("code.css", priority=300)
    write(Path(app.outdir, "_static", "code.css"), sheet().encode())


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", use_few_spans)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
