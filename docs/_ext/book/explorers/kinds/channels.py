"""Which input channels an output channel sees, and how many weights that takes."""

import numpy as np

from book.explorers.values import Kind, whole
from convbook import figures


def draw(inputs: int, outputs: int, groups: int, kernel: int, side: int, output: int) -> None:
    if inputs % groups or outputs % groups:
        raise ValueError(f"groups (={groups}) must divide inputs (={inputs}) and outputs (={outputs})")
    if output >= outputs:
        raise ValueError(f"output (={output}) must be one of the {outputs} output channels, from 0 on")
    of_inputs, of_outputs = (np.arange(count) // (count // groups) for count in (inputs, outputs))
    seen = np.equal.outer(of_outputs, of_inputs)
    weights = seen.sum() * kernel**2
    # A number for each group, and so a color.
    title = f"{weights:,} weights, at {side}² places {weights * side**2:,} multiply-adds"
    figures.wiring([seen * (1 + of_inputs)], [title])


KIND = Kind(
    {
        "inputs": whole(1, 48),
        "outputs": whole(1, 48),
        "groups": whole(1, 48),
        "kernel": whole(1, 11),
        "side": whole(1, 64),
        "output": whole(0, 47),
    },
    draw,
    first={"groups": "1", "side": "1", "output": "0"},
)
