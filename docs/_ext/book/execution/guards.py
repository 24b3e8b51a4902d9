"""Guards: what a code cell of a chapter must show.

A cell states its result beforehand, in its own metadata::

    ```{code-cell} python
    ---
    name: first-window
    expect: |
      array([[19., 25.],
             [37., 43.]])
    ---
    corr2d(X, K)
    ```

What counts as shown, in this order: what the cell prints, the value of its last line (or of ``display``), and values
given to ``glue``, each on a line of its own. Pictures and sounds need no guard; guard the arrays in them.

How a guard is compared:

- Integers and words exactly. ``3`` is an integer and never equals the float ``3.``.
- Floats (a number with ``.`` or ``e``, ``nan``, ``inf``) to a relative error of `RELATIVE`; below `ABSOLUTE` a float
  counts as zero, and so ``-0.`` is ``0.``.
- White space is free: any amount of it equals any other, and next to brackets and commas it does not count at all.
- ``...`` stands for any text. Right after a number it stands for further digits: ``0.333...``.

docs/_static/guards.js compares in the same way what readers predict on a page; a test holds it to this module.

A guard is a prediction, so **each number of the output must matter to it**. Every number (in outputs without numbers,
every word) is changed in turn, and a guard that still matches is an error which names that number.

Other metadata of a cell:

- ``free: The seed comes from the clock.`` frees an output from its guard, with the reason in a sentence.
- ``tags: [raises-exception]`` for a cell that must fail. Its guard ends with the last line of the traceback,
  ``ValueError: message``.
- ``tags: [stderr]`` permits output on the error stream, such as warnings. It is not compared.
- ``requires: [scikit-learn]`` names what the cell needs beyond NumPy, SciPy, Matplotlib and convbook. `make doctest`
  skips it where that is missing.
- ``no-run: It starts processes.`` for a cell that cannot run in its page, with the reason in a sentence.
- ``name: first-window`` names the cell in reports and for ``pytest -k``.

A chapter that reads a file says so in its front matter, ``reads: [data/chart.csv]``; a change in it then runs the
chapter again. `make doctest` checks all guards, `make doctest CHAPTER=padding` those of one chapter; `make guards-diff`
shows where results and guards differ. The build of the site checks the same guards on the outputs that it shows.
"""

import difflib
import math
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from book import ROOT

# The tolerance of floats, for the whole book. The relative error is far above round-off and far below any digit that
# a reader compares; a float smaller than the absolute one is the round-off of a zero.
RELATIVE = 1e-6
ABSOLUTE = 1e-12

Output = Mapping[str, Any]  # an output of a notebook's cell, in Jupyter's format
GLUE = "application/papermill.record/"  # what MyST-NB's glue puts before the type of a value


# What a cell shows ------------------------------------------------------------------------------------------
def shown(outputs: Sequence[Output], *, glued_only: bool = False) -> str:
    """Give the text that a reader sees of a cell's outputs: no pictures and sounds, nothing of the error stream."""
    text = ""
    for out in outputs:
        kind = out["output_type"]
        if kind == "stream" and out["name"] == "stdout" and not glued_only:
            text += _joined(out["text"])
        elif kind in ("display_data", "execute_result") and not _is_seen_or_heard(out):
            glued = "scrapbook" in out.get("metadata", {})
            plain = out["data"].get("text/plain", out["data"].get(GLUE + "text/plain"))
            if plain is not None and (glued or not glued_only):
                text += ("\n" if text and not text.endswith("\n") else "") + _joined(plain) + "\n"
        elif kind == "error" and not glued_only:
            text += ("\n" if text and not text.endswith("\n") else "") + error_line(out) + "\n"
    return text


def error_line(out: Output) -> str:
    """Give the last line of a traceback: the exception and what it says."""
    return f"{out['ename']}: {out['evalue']}" if out["evalue"] else str(out["ename"])


def _joined(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _is_seen_or_heard(out: Output) -> bool:
    sound = "<audio " in _joined(out["data"].get("text/html", ""))
    return sound or any(kind.removeprefix(GLUE).startswith("image/") for kind in out["data"])


# The comparison ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Number:
    """A number in a text. In a guard, an `open` one may go on with further digits."""

    text: str
    open: bool = False

    @property
    def is_float(self) -> bool:
        return not re.fullmatch(r"[-+]?[0-9]+", self.text)


ANY = "..."  # in a guard; the other tokens that are strings have one character
Token = Number | str

_UNSIGNED = r"(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?"
_NUMBER = re.compile(
    rf"(?<![\w.])[-+]?(?:{_UNSIGNED}|(?:nan|inf)(?!\w))"
    rf"|(?<=[0-9.])[-+]{_UNSIGNED}"  # the imaginary part of 1.-2.j
)


def matches(want: str, got: str) -> bool:
    """Say whether the text `got` is what the guard `want` predicts."""
    return _match(_guard(want), _tokens(got))


def _tokens(text: str) -> list[Token]:
    """Split a text into numbers, characters, and single blanks for white space that counts."""
    text = re.sub(r"\s+", " ", text.strip())
    text = re.sub(r" ?([\[\](){},]) ?", r"\1", text)
    tokens: list[Token] = []
    place = 0
    for number in _NUMBER.finditer(text):
        tokens += [*text[place : number.start()], Number(number[0])]
        place = number.end()
    return [*tokens, *text[place:]]


def _guard(want: str) -> list[Token]:
    """Split a guard likewise; `ANY` is its ``...``."""
    tokens: list[Token] = []
    before = ""
    # The last three of four dots: "1...." is the number "1." and more.
    for n, piece in enumerate(re.split(r"\.{3}(?!\.)", want)):
        part = _tokens(piece)  # a blank next to the dots belongs to what they stand for
        if n:
            if tokens and isinstance(tokens[-1], Number) and not before[-1].isspace():
                tokens[-1] = Number(tokens[-1].text, open=True)
            tokens.append(ANY)
        tokens += part
        before = piece
    return tokens


def _match(want: Sequence[Token], got: Sequence[Token]) -> bool:
    pieces: list[list[Token]] = [[]]
    for token in want:
        if token == ANY:
            pieces.append([])
        else:
            pieces[-1].append(token)
    first, *middle = pieces
    if not middle:
        return len(first) == len(got) and _fits(first, got)
    *middle, last = middle
    start, end = len(first), len(got) - len(last)
    if start > end or not _fits(first, got[:start]) or not _fits(last, got[end:]):
        return False
    for piece in middle:  # each at the first place where it fits: later ones have then the most room
        while start + len(piece) <= end and not _fits(piece, got[start : start + len(piece)]):
            start += 1
        start += len(piece)
        if start > end:
            return False
    return True


def _fits(want: Sequence[Token], got: Sequence[Token]) -> bool:
    return all(_same(w, g) for w, g in zip(want, got, strict=True))


def _same(want: Token, got: Token) -> bool:
    if not (isinstance(want, Number) and isinstance(got, Number)):
        return want == got
    if want.open:
        return got.text.startswith(want.text)
    if not (want.is_float and got.is_float):
        return want.text == got.text
    w, g = float(want.text), float(got.text)
    zeros = abs(w) <= ABSOLUTE and abs(g) <= ABSOLUTE
    return zeros or math.isclose(w, g, rel_tol=RELATIVE) or (math.isnan(w) and math.isnan(g))


# Guards that would match anything ---------------------------------------------------------------------------
def unguarded(want: str, got: str) -> list[str]:
    """Name the numbers of `got` (without any: its words) that could change without the guard noticing."""
    guard, tokens = _guard(want), _tokens(got)
    numbers = [i for i, token in enumerate(tokens) if isinstance(token, Number)]
    if not numbers:
        return _unguarded_words(guard, got)
    # Before the first and after the last dots, one token of the guard stands against one of the output.
    head = guard.index(ANY) if ANY in guard else len(guard)
    tail = guard[::-1].index(ANY) if ANY in guard else 0
    loose = []
    for i in numbers:
        number = tokens[i]
        assert isinstance(number, Number)
        opposite = guard[i] if i < head else guard[i - len(tokens)] if i >= len(tokens) - tail else None
        for other in _changed(number):
            if opposite is not None:
                unnoticed = _same(opposite, other)
            else:
                unnoticed = _match(guard, [*tokens[:i], other, *tokens[i + 1 :]])
            if unnoticed:
                loose.append(number.text)
                break
    return loose


def _changed(number: Number) -> Iterator[Number]:
    """Give the number a little larger and a little smaller, written alike."""
    if not number.is_float:
        yield Number(f"{int(number.text) + 1:d}")
        yield Number(f"{int(number.text) - 1:d}")
        return
    value = float(number.text)
    if not math.isfinite(value):
        yield Number("1.0")
        return
    step = 0.1 * abs(value) if abs(value) > ABSOLUTE else 0.1
    mantissa, e, _ = number.text.lower().partition("e")
    digits = len(mantissa.partition(".")[2]) + 2  # or the change would be rounded away
    for other in (value + step, value - step):
        yield Number(f"{other:.{digits}{'e' if e else 'f'}}")


def _unguarded_words(guard: Sequence[Token], got: str) -> list[str]:
    loose = []
    for word in re.finditer(r"\w+", got):
        others = ("#" * len(word[0]), word[0][0] + "#" * (len(word[0]) - 1) if len(word[0]) > 1 else "#")
        if any(_match(guard, _tokens(got[: word.start()] + other + got[word.end() :])) for other in others):
            loose.append(word[0])
    return loose


# What is wrong with a cell ----------------------------------------------------------------------------------
_PLOT = re.compile(r"<matplotlib\.|<Figure size|<Axes|<BarContainer|Text\(\d|\[<matplotlib\.|<mpl_toolkits\.")
_FOLDERS = "|".join(map(re.escape, {str(ROOT), str(Path.home()), tempfile.gettempdir(), sys.prefix}))
_LEAK = re.compile(rf"\bat 0x[0-9a-fA-F]{{4,}}|(?<![\w.])(?:{_FOLDERS})/[\w./-]*")
_HIDDEN = {"remove-output", "remove_output", "remove-cell", "remove_cell"}


def faults(metadata: Mapping[str, Any], outputs: Sequence[Output]) -> list[str]:
    """Say what is wrong with the outputs of a cell, in sentences that tell its author what to do."""
    tags = set(metadata.get("tags") or ())
    found = [*_misuse(metadata), *_stray(tags, outputs)]
    error = next((out for out in outputs if out["output_type"] == "error"), None)
    if error is not None and "raises-exception" not in tags:
        return [*found, f"The cell failed: {error_line(error)}"]
    if error is None and "raises-exception" in tags:
        found.append("The cell is tagged `raises-exception`, but it raised nothing.")
    if found:
        return found

    want = metadata.get("expect")
    got = shown(outputs, glued_only=want is None and bool(_HIDDEN & tags))
    if want is None:
        if not got.strip():
            return [] if "free" not in metadata else ["`free` on a cell that shows no text: delete it."]
        if "free" in metadata and error is None:
            return []
        return [
            "Output without a guard. Predict it in the cell's metadata (`expect: |`), or free it "
            "(`free: reason`). It shows:\n" + _indented(got)
        ]
    if not want.strip():
        return [
            "An empty `expect`: " + ("write what the cell shows:\n" + _indented(got) if got.strip() else "delete it.")
        ]
    if not matches(want, got):
        return ["The cell does not show what its guard predicts.\n" + _comparison(want, got)]
    if loose := unguarded(want, got):
        names = ", ".join(dict.fromkeys(f"`{text}`" for text in loose[:8])) + (" ..." if len(loose) > 8 else "")
        return [
            f"The guard would also match other results: nothing depends on {names} in the output.\n"
            + _comparison(want, got)
        ]
    return []


def _misuse(metadata: Mapping[str, Any]) -> Iterator[str]:
    if "expect" in metadata and not isinstance(metadata["expect"], str):
        yield (
            f"`expect` was read as the YAML value {metadata['expect']!r}, not as text: write `expect: |` and the "
            "text on the lines below it, indented."
        )
    if "free" in metadata:
        reason = metadata["free"]
        if not isinstance(reason, str) or len(reason.split()) < 3:
            yield f"`free` needs its reason as a sentence that readers understand, not {reason!r}."
        if "expect" in metadata:
            yield "A cell has either `expect` or `free`, not both."
        if "raises-exception" in (metadata.get("tags") or ()):
            yield "A cell that must fail needs an `expect` with the exception; it cannot be `free`."
    requires = metadata.get("requires", [])
    if not (isinstance(requires, list) and all(isinstance(name, str) for name in requires)):
        yield f"`requires` must be a list of distributions such as [scikit-learn], not {requires!r}."


def _stray(tags: set[str], outputs: Sequence[Output]) -> Iterator[str]:
    """Find what no page should show."""
    stderr = "".join(_joined(o["text"]) for o in outputs if o["output_type"] == "stream" and o["name"] == "stderr")
    if stderr.strip() and not {"stderr", "remove-stderr", "remove_stderr"} & tags:
        yield "The cell wrote to the error stream (permit it with the tag `stderr`):\n" + _indented(stderr)
    hidden_stderr = {"remove-stderr", "remove_stderr"} & tags
    seen = shown(outputs) + ("" if hidden_stderr else stderr)
    for out in outputs:
        if out["output_type"] == "execute_result" and not _is_seen_or_heard(out):
            text = _joined(out["data"].get("text/plain", ""))
            if _PLOT.search(text):
                yield f"The text {text.splitlines()[0]!r} accompanies a picture: end the cell's last line with `;`."
                return
    if leak := _LEAK.search(seen):
        yield f"The output {leak[0]!r} differs from one machine or run to the next: print something that does not."


# Reports ----------------------------------------------------------------------------------------------------
def diff(want: str, got: str, before: str = "expected", after: str = "got") -> str:
    """Give the unified diff between guard and result, in which lines that match are equal."""
    result = got.rstrip().splitlines()
    guard = want.rstrip().splitlines()
    guard = [next((g for g in result if _matching_lines(w, g)), w) for w in guard]
    return "\n".join(difflib.unified_diff(guard, result, before, after, lineterm=""))


def _matching_lines(want: str, got: str) -> bool:
    return matches(want, got) and not unguarded(want, got)


def _comparison(want: str, got: str) -> str:
    text = f"Expected:\n{_indented(want)}\nGot:\n{_indented(got)}"
    if want.strip().count("\n") or got.strip().count("\n"):
        text += "\nDifference:\n" + _indented("\n".join(diff(want, got).splitlines()[2:]))
    return text


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.rstrip().splitlines())
