"""The paths of a layer along which slopes run back to one input or to one weight."""

from book.explorers.values import Kind, numbers, one_of, whole
from convbook import figures


def draw(x: list[float], w: list[float], stride: int, slopes: list[float], of: str, place: int) -> None:
    outputs = (len(x) - len(w)) // stride + 1
    if len(slopes) != outputs:
        raise ValueError(f"there must be as many slopes (={len(slopes)}) as outputs (={outputs})")
    if not 0 <= place < len(x if of == "input" else w):
        raise ValueError(f"place (={place}) must be one of the {of}s, from 0 on")
    figures.layer_graph(x, w, slopes, stride=stride, **{"place" if of == "input" else "tap": place})


KIND = Kind(
    {
        "x": numbers,
        "w": numbers,
        "stride": whole(1, 3),
        "slopes": numbers,
        "of": one_of("input", "weight"),
        "place": whole(0, 7),
    },
    draw,
    first={"stride": "1", "of": "input", "place": "0"},
)
