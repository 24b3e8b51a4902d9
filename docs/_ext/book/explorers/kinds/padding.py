"""From which cell each cell outside of a signal takes its value."""

from book.explorers.borders import RULE, continued
from book.explorers.values import Kind, numbers, whole
from convbook import figures


def draw(x: list[float], rule: str, before: int, after: int, value: int, place: int) -> None:
    if not -before <= place < len(x) + after:
        raise ValueError(f"place (={place}) must be from {-before} to {len(x) + after - 1}")
    reach = max(before, after)
    figures.border_rules(x, {rule: continued(x, reach, rule, value)}, reach)


KIND = Kind(
    {
        "x": numbers,
        "rule": RULE,
        "before": whole(0, 12),
        "after": whole(0, 12),
        "value": whole(-999, 999),
        "place": whole(-99, 99),
    },
    draw,
    first={"value": "0", "place": "0"},
)
