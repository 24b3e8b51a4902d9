"""What a transposed convolution writes, and where."""

import numpy as np

import convbook
from book.explorers.values import Kind, numbers, whole
from convbook import figures


def draw(
    v: list[float], w: list[float], stride: int, padding: int, output_padding: int, dilation: int, place: int
) -> None:
    if place >= len(v):
        raise ValueError(f"place (={place}) must be one of the {len(v)} inputs, from 0 on")
    windows = {"stride": stride, "dilation": dilation}
    convbook.conv_transpose([[v]], [[w]], padding=padding, output_padding=output_padding, **windows)  # or a ValueError
    total = convbook.conv_transpose([[v]], [[w]], **windows)[0, 0]
    longer = np.pad(total, (0, max(output_padding - padding, 0)))
    crops = [(padding, output_padding)] if padding or output_padding else []
    figures.painted_copies(v, w, stride, longer, dilation=dilation, crops=crops)


KIND = Kind(
    {
        "v": numbers,
        "w": numbers,
        "stride": whole(1, 9),
        "padding": whole(0, 9),
        "output_padding": whole(0, 8),
        "dilation": whole(1, 5),
        "place": whole(0, 23),
    },
    draw,
    first={"stride": "1", "padding": "0", "output_padding": "0", "dilation": "1", "place": "0"},
)
