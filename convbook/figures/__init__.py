"""The book's drawings: pictures of kernels, windows and signals, in one style.

Nothing else in the library imports this package, and it alone needs Matplotlib. Every function draws the numbers that
it is given and returns the axes, so that a chapter can add to them.
"""

from convbook.figures.constraints import learning_curves, weight_matrices, weight_views
from convbook.figures.filtering import answers, gray_numbers, nine_products
from convbook.figures.front import window_on_chart
from convbook.figures.operation import flipped_window, product_table, product_tables, shifted_copies
from convbook.figures.pictures import image_row, score_maps
from convbook.figures.series import signal_and_trend

__all__ = [
    "answers",
    "flipped_window",
    "gray_numbers",
    "image_row",
    "learning_curves",
    "nine_products",
    "product_table",
    "product_tables",
    "score_maps",
    "shifted_copies",
    "signal_and_trend",
    "weight_matrices",
    "weight_views",
    "window_on_chart",
]
