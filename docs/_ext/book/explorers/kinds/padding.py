"""From which cell each cell outside of a signal takes its value."""

import convbook
from book.explorers.values import Kind, numbers, one_of, whole
from convbook import figures


def draw(x: list[float], rule: str, before: int, after: int, value: int, place: int) -> None:
    if not -before <= place < len(x) + after:
        raise ValueError(f"place (={place}) must be from {-before} to {len(x) + after - 1}")
    reach = max(before, after)
    held = {"value": value} if rule == "constant" else {}
    figures.border_rules(x, {rule: convbook.pad(x, reach, rule, **held)}, reach)


KIND = Kind(
    {
        "x": numbers,
        "rule": one_of("constant", "edge", "reflect", "symmetric", "wrap"),
        "before": whole(0, 12),
        "after": whole(0, 12),
        "value": whole(-999, 999),
        "place": whole(-99, 99),
    },
    draw,
    first={"value": "0", "place": "0"},
)
