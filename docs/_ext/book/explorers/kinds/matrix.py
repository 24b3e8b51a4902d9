"""A convolution as a matrix, and what one of its rows reads."""

from book.explorers.values import Kind, numbers, one_of, whole
from convbook import figures
from convbook.matrices import circulant, toeplitz


def draw(x: list[float], h: list[float], form: str, row: int) -> None:
    matrix = circulant(h, len(x)) if form == "circle" else toeplitz(h, len(x), form)
    if not 0 <= row < len(matrix):
        raise ValueError(f"row (={row}) must be one of the {len(matrix)} rows, from 0 on")
    figures.matrix_times_signal(matrix, x, row=row)


KIND = Kind(
    {
        "x": numbers,
        "h": numbers,
        "form": one_of("full", "same", "valid", "circle"),
        "row": whole(0, 99),
    },
    draw,
    first={"form": "full", "row": "0"},
)
