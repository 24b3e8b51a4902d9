"""Which part of all outputs a mode of a library returns."""

from book.explorers.values import Kind, one_of, whole
from convbook import figures


def draw(size: int, kernel: int, mode: str, library: str, place: int) -> None:
    if not 0 <= place < size + kernel - 1:
        raise ValueError(f"place (={place}) must be one of the {size + kernel - 1} of the full result, from 0 on")
    if kernel > size:
        raise ValueError(f"kernel (={kernel}) must not be longer than the signal (={size})")
    parts = {
        "full": (0, size + kernel - 1),
        "same": (kernel // 2 if library in ("scipy.ndimage", "torch") else (kernel - 1) // 2, size),
        "valid": (kernel - 1, size - kernel + 1),
    }
    figures.slices_of_full(size, [kernel], {"full": [parts["full"]], f"{library}, {mode}": [parts[mode]]})


KIND = Kind(
    {
        "size": whole(1, 128),
        "kernel": whole(1, 24),
        "mode": one_of("full", "same", "valid"),
        "library": one_of("numpy", "scipy.signal", "scipy.ndimage", "torch"),
        "place": whole(0, 199),
    },
    draw,
    first={"mode": "same", "library": "numpy", "place": "0"},
)
