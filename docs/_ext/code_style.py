"""The colors of code, light and dark: few, each at least 4.5 times as bright or dark as the ground it stands on."""

from typing import ClassVar

from pygments.style import Style
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Token,
    _TokenType,
)


def rules(ink: str, muted: str, word: str, name: str, text: str, number: str, wrong: str) -> dict[_TokenType, str]:
    """Six colors for what a reader tells apart; everything else is ink."""
    return {
        Token: ink,
        Comment: f"italic {muted}",
        Keyword: word,
        Operator: ink,
        Operator.Word: word,
        Punctuation: muted,
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
