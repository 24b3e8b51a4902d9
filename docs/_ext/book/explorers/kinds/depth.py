"""How far an output of each layer sees."""

import convbook
from book.explorers.values import Kind, table, whole
from convbook import figures

MOST = {"taps": 16, "stride": 8, "dilation": 512}


def layers(text: str) -> list[list[float]]:
    """Read rows of taps, stride and dilation."""
    rows = table(text)
    for row in rows:
        if len(row) != len(MOST):
            raise ValueError(f"a row must have {len(MOST)} numbers: {', '.join(MOST)}")
        for value, (name, most) in zip(row, MOST.items(), strict=True):
            if value not in range(1, most + 1):
                raise ValueError(f"{name} must be a whole number from 1 to {most}")
    return rows


def draw(layers: list[list[int]], n: int, layer: int) -> None:
    if layer > len(layers):
        raise ValueError(f"layer (={layer}) must be one of the {len(layers)}, from 1 on")
    for taps, stride, dilation in layers:
        n = convbook.output_size(n, taps, stride=stride, dilation=dilation)  # or a ValueError
    rows = [(taps, stride, dilation) for taps, stride, dilation in layers]
    figures.fields({f"layer {last}": rows[:last] for last in range(1, len(rows) + 1)})


KIND = Kind(
    {"layers": layers, "n": whole(1, 4096), "layer": whole(1, 12)},
    draw,
    first={"n": "32", "layer": "1"},
)
