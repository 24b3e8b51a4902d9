"""What a border rule costs: a part of a signal, continued by the rule, against the signal as it was."""

import numpy as np

import convbook
from book.explorers.values import Kind, numbers, one_of, whole
from convbook import figures


def draw(truth: list[float], before: int, after: int, rule: str, value: int, taps: int, place: int) -> None:
    reach, end = taps // 2, len(truth) - after
    if not (reach <= before and reach <= after and before < end):
        raise ValueError(
            f"before (={before}) and after (={after}) must be at least {reach}, and leave a cell to be seen"
        )
    if not 0 <= place < end - before:
        raise ValueError(f"place (={place}) must be from 0 to {end - before - 1}")
    x = np.array(truth[before:end])
    held = {"value": value} if rule == "constant" else {}
    continued = convbook.pad(x, reach, rule, **held)
    figures.border_rules(x, {"true signal": truth[before - reach : end + reach], rule: continued}, reach)


KIND = Kind(
    {
        "truth": numbers,
        "before": whole(0, 23),
        "after": whole(0, 23),
        "rule": one_of("constant", "edge", "reflect", "symmetric", "wrap"),
        "value": whole(-999, 999),
        "taps": whole(1, 7),
        "place": whole(0, 23),
    },
    draw,
    first={"value": "0", "place": "0"},
)
