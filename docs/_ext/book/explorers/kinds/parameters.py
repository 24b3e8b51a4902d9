"""How many weights are left with none, one or both of the demands that make a dense layer a convolution."""

from book.explorers.values import Kind, whole
from convbook import figures


def draw(n: int, hidden: int, reach: int, inputs: int, outputs: int, layer: int) -> None:
    offsets = range(-(hidden - 1), n)  # on one axis: a pixel's place minus an output's
    near = [offset for offset in offsets if abs(offset) <= reach]
    on_axis = {
        "dense": n * hidden,
        "same weights": len(offsets),
        "local": sum(max(min(hidden, n - offset) - max(0, -offset), 0) for offset in near),
        "same and local": len(near),
    }
    figures.weight_counts({name: count**2 * inputs * outputs for name, count in on_axis.items()})


KIND = Kind(
    {
        "n": whole(1, 1000),
        "hidden": whole(1, 1000),
        "reach": whole(0, 999),
        "inputs": whole(1, 64),
        "outputs": whole(1, 64),
        "layer": whole(0, 3),
    },
    draw,
    first={"inputs": "1", "outputs": "1", "layer": "0"},
)
