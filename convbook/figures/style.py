"""The palette and the Matplotlib style of every figure of the book.

A figure is drawn in the light palette. The build replaces each of its colours by a CSS variable, so the same drawing
follows the reader's theme; the dark values stand beside the light ones here. The accents differ in lightness as well as
in hue, so they stay apart in grey print and for colour-blind readers; the style's lines differ in their dashes too.
"""

from typing import Final

#: name -> (light and print, dark). A colour drawn by one of the light values follows the theme; any other is fixed.
PALETTE: Final[dict[str, tuple[str, str]]] = {
    "ink": ("#1b1f24", "#e4e7eb"),  # text, axes, whatever carries the meaning
    "muted": ("#5c6570", "#a3acb7"),  # secondary text, ticks, brackets
    "grid": ("#d5dae0", "#39414b"),  # grid lines, borders of empty cells
    "panel": ("#f2f4f7", "#20252c"),  # the filling of what is only a place
    "paper": ("#fefefe", "#14171c"),  # the page itself: gaps, outlines of text
    "blue": ("#1762b6", "#75bcf8"),
    "red": ("#d2441f", "#f4643d"),
    "teal": ("#0f9b89", "#64dcc4"),
    "purple": ("#631e8a", "#b961dc"),
    "gold": ("#bc8712", "#fbd264"),
    # The same five as fillings under text in ink.
    "blue-soft": ("#d9eaff", "#23364f"),
    "red-soft": ("#fee1d7", "#4b2c21"),
    "teal-soft": ("#d0f0e9", "#113e36"),
    "purple-soft": ("#efe2fa", "#3d2e49"),
    "gold-soft": ("#f3e7ce", "#413315"),
}

INK: Final = PALETTE["ink"][0]
MUTED: Final = PALETTE["muted"][0]
GRID: Final = PALETTE["grid"][0]
PANEL: Final = PALETTE["panel"][0]
PAPER: Final = PALETTE["paper"][0]
BLUE: Final = PALETTE["blue"][0]
RED: Final = PALETTE["red"][0]
TEAL: Final = PALETTE["teal"][0]
PURPLE: Final = PALETTE["purple"][0]
GOLD: Final = PALETTE["gold"][0]
BLUE_SOFT: Final = PALETTE["blue-soft"][0]
RED_SOFT: Final = PALETTE["red-soft"][0]
TEAL_SOFT: Final = PALETTE["teal-soft"][0]
PURPLE_SOFT: Final = PALETTE["purple-soft"][0]
GOLD_SOFT: Final = PALETTE["gold-soft"][0]

#: The roles that the book gives to the accents, the same in every chapter.
SIGNAL: Final = BLUE
KERNEL: Final = RED
OUTPUT: Final = TEAL

#: Fixed colours for text on cells whose colour comes from a colormap and so does not follow the theme.
ON_LIGHT: Final = "#111111"
ON_DARK: Final = "#ffffff"

#: Colormaps: images are grey as they are; signed kernels and differences have white in the middle.
IMAGE: Final = "gray"
SEQUENTIAL: Final = "cividis"
DIVERGING: Final = "RdBu_r"

#: Width of a figure in inches: 360 units, so that its 11-unit text is 10 pixels tall on a phone and 16 on a wide page.
WIDTH: Final = 5.0

_LINES = (
    f"cycler('color', {[BLUE, RED, TEAL, PURPLE, GOLD]})"
    " + cycler('linestyle', ['-', (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.6, 1.2, 1.6)), (0, (9, 2))])"
)

#: Matplotlib's settings, as text: a matplotlibrc file can hold them, and no Matplotlib is needed to read them.
SETTINGS: Final[dict[str, str]] = {
    # The file: text stays text, in the page's own font; the same drawing is the same bytes.
    "svg.fonttype": "none",
    "svg.hashsalt": "convbook",
    "savefig.format": "svg",
    "savefig.transparent": "True",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    # The layout: every figure is equally wide, so every figure's text is equally tall.
    "figure.figsize": f"{WIDTH}, 2.5",
    "figure.dpi": "72",
    "savefig.dpi": "72",
    "figure.constrained_layout.use": "True",
    "savefig.bbox": "standard",
    # The text.
    "font.family": "sans-serif",
    "font.size": "11",
    "axes.titlesize": "11",
    "axes.labelsize": "11",
    "xtick.labelsize": "10",
    "ytick.labelsize": "10",
    "legend.fontsize": "10.5",
    "figure.titlesize": "12",
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.unicode_minus": "True",
    "mathtext.fontset": "dejavusans",
    # The colours.
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": GRID,
    "patch.edgecolor": INK,
    "hatch.color": INK,
    "lines.color": INK,
    "boxplot.flierprops.color": INK,
    # The strokes.
    "axes.prop_cycle": _LINES,
    "lines.linewidth": "1.8",
    "lines.markersize": "5",
    "axes.linewidth": "0.8",
    "axes.spines.top": "False",
    "axes.spines.right": "False",
    "axes.grid": "False",
    "axes.axisbelow": "True",
    "grid.linewidth": "0.7",
    "hatch.linewidth": "0.8",
    "patch.linewidth": "0.8",
    "legend.frameon": "False",
    "legend.handlelength": "2.4",
    # Images: one cell of an array is one crisp square, however large it is shown.
    "image.cmap": IMAGE,
    "image.interpolation": "none",
    "image.aspect": "equal",
}


def matplotlibrc() -> str:
    """The settings as the text of a ``matplotlibrc`` file: the chapters' kernels read them from there.

    Examples
    --------
    >>> from convbook.figures import style
    >>> [line for line in style.matplotlibrc().splitlines() if line.startswith("svg.fonttype")]
    ['svg.fonttype: none']
    """
    # A colour is quoted, for "#" opens a comment in that file.
    lines = (f'{name}: "{value}"' if value.startswith("#") else f"{name}: {value}" for name, value in SETTINGS.items())
    return "\n".join(lines).replace("'#", "'") + "\n"
