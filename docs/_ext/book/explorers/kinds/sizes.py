"""How many windows fit, where they stand, and what none of them sees."""

import convbook
from book.explorers.values import Kind, one_of, whole
from convbook import figures


def draw(
    n: int,
    kernel: int,
    stride: int,
    dilation: int,
    before: int,
    after: int,
    rounding: str,
    output: int,
) -> None:
    padding = [(before, after)]
    size = convbook.output_size(
        n, kernel, stride=stride, dilation=dilation, padding=padding, ceil_mode=rounding == "up"
    )
    if not 0 <= output < size:
        raise ValueError(f"output (={output}) must be one of the {size} outputs, from 0 on")
    starts = [stride * place - before for place in range(size)]
    figures.windows_on_line({"": (n, (before, after), starts)}, kernel, dilation=dilation)


KIND = Kind(
    {
        "n": whole(1, 256),
        "kernel": whole(1, 12),
        "stride": whole(1, 256),
        "dilation": whole(1, 5),
        "before": whole(0, 9),
        "after": whole(0, 9),
        "rounding": one_of("down", "up"),
        "output": whole(0, 299),
    },
    draw,
    first={"stride": "1", "dilation": "1", "before": "0", "after": "0", "rounding": "down", "output": "0"},
)
