"""The palette of every figure of the book, and its width.

A figure is drawn in the light palette. The build replaces each of its colors by a CSS variable, so the same drawing
follows the reader's theme; the dark values stand beside the light ones here. The accents differ in lightness as well as
in hue, so they stay apart in gray print and for color-blind readers; lines differ in
their dashes too (docs/_ipython/matplotlibrc).
"""

from typing import Final

#: name -> (light and print, dark). A color drawn by one of the light values follows the theme; any other is fixed.
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

#: Fixed colors for text on cells whose color comes from a colormap and so does not follow the theme.
ON_LIGHT: Final = "#111111"
ON_DARK: Final = "#ffffff"

#: Colormaps: images are gray as they are; signed kernels and differences have white in the middle.
IMAGE: Final = "gray"
SEQUENTIAL: Final = "cividis"
DIVERGING: Final = "RdBu_r"

#: Width of a figure in inches: 360 units, so that its 11-unit text is 10 pixels tall on a phone and 16 on a wide page.
WIDTH: Final = 5.0
