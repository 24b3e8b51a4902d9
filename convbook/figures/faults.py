"""The picture of the bug zoo: which test finds which fault."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from convbook.figures.cells import board, label
from convbook.figures.style import GRID, INK, PAPER, TEAL, TEAL_SOFT


def found_by(found: Mapping[str, Sequence[bool]], tests: Sequence[str]) -> Axes:
    """Draw a table with a row for each fault and a dot under each test that finds it.

    Parameters
    ----------
    found : mapping from the name of a fault to one truth value for each test
        The rows.
    tests : sequence of str
        The columns.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    names, width, height, head = 5, 1, 0.76, 2.2
    ax = board(names + width * len(tests), head + height * len(found))
    for column, test in enumerate(tests):
        style = {"rotation": 90, "va": "bottom", "fontweight": "bold"}
        label(ax, names + (column + 0.5) * width, head - 0.1, test, **style)
    for row, (fault, finds) in enumerate(found.items()):
        top = head + row * height
        label(ax, 0.05, top + height / 2, fault, ha="left")
        for column, does in enumerate(finds):
            left = names + column * width
            fill = TEAL_SOFT if does else PAPER
            cell = Rectangle((left + 0.04, top + 0.04), width - 0.08, height - 0.08, facecolor=fill, edgecolor=GRID)
            ax.add_patch(cell)
            if does:
                ax.plot(left + width / 2, top + height / 2, "o", color=TEAL, markersize=7, markeredgecolor=INK)
    return ax
