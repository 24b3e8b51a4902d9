"""What a border rule costs: a part of a signal, continued by the rule, against the signal as it was."""

from book.explorers.borders import RULE, continued
from book.explorers.values import Kind, numbers, whole
from convbook import figures


def draw(truth: list[float], before: int, after: int, rule: str, value: int, taps: int, place: int) -> None:
    reach, end = taps // 2, len(truth) - after
    if not (reach <= before and reach <= after and before < end):
        raise ValueError(
            f"before (={before}) and after (={after}) must be at least {reach}, and leave a cell to be seen"
        )
    if not 0 <= place < end - before:
        raise ValueError(f"place (={place}) must be from 0 to {end - before - 1}")
    x = truth[before:end]
    lines = {"true signal": truth[before - reach : end + reach], rule: continued(x, reach, rule, value)}
    figures.border_rules(x, lines, reach)


KIND = Kind(
    {
        "truth": numbers,
        "before": whole(0, 23),
        "after": whole(0, 23),
        "rule": RULE,
        "value": whole(-999, 999),
        "taps": whole(1, 7),
        "place": whole(0, 23),
    },
    draw,
    first={"value": "0", "place": "0"},
)
