"""The book's drawings: pictures of kernels, windows and signals, in one style.

Nothing else in the library imports this package, and it alone needs Matplotlib. Every function draws the numbers that
it is given and returns the axes, so that a chapter can add to them.
"""

from convbook.figures.algebra import convolution_powers, two_groupings
from convbook.figures.borders import (
    block_with_halos,
    blocks_with_halos,
    border_rules,
    continuations,
    growth_with_distance,
    usage_maps,
    window_rulers,
)
from convbook.figures.channels import channel_table, layer_costs, one_output
from convbook.figures.constraints import learning_curves, weight_counts, weight_matrices, weight_views, wiring
from convbook.figures.depth import fields, influences, two_ways
from convbook.figures.design import (
    answer_and_response,
    frequency_responses,
    kernel_tiles,
    noise_balance,
    response_contours,
    slope_responses,
    smoothed_peak,
)
from convbook.figures.equivariance import commuting_square, error_table, errors_by_shift, failing_places
from convbook.figures.faults import found_by
from convbook.figures.filtering import answers, gray_numbers, nine_products, window_to_pixel
from convbook.figures.frequency import (
    folded_row,
    folded_spectrum,
    pictures_and_spectra,
    response_pictures,
    responses_in_decibels,
    strips,
    waves_through,
)
from convbook.figures.front import window_on_chart
from convbook.figures.gradients import errors_by_step, folded_back, layer_graph, meeting_table
from convbook.figures.graphs import graph_values
from convbook.figures.learning import descents, factors_by_rate, framed_row, losses_by_step
from convbook.figures.linear import kernel_estimates, matrix_times_signal
from convbook.figures.modes import carried_samples, slices_of_full
from convbook.figures.network import picture_grid, shapes_between
from convbook.figures.operation import (
    flipped_window,
    four_pictures,
    one_window,
    product_table,
    product_tables,
    shifted_copies,
)
from convbook.figures.pictures import image_row, score_maps
from convbook.figures.pooling import bars, pooled_tables, rows_of_numbers
from convbook.figures.search import found_places, hit_rates, signal_search
from convbook.figures.series import signal_and_curves, signal_and_trend
from convbook.figures.sliding import painted_copies, sampled_waves, size_steps, windows_on_grid, windows_on_line
from convbook.figures.sound import sounds
from convbook.figures.speed import (
    compared_rows,
    cost_curves,
    errors_by_method,
    estimates_and_times,
    lowered_product,
    matrix_patterns,
    overlapping_tiles,
    ratios_by_family,
)
from convbook.figures.sums import window_in_sums

__all__ = [
    "answer_and_response",
    "answers",
    "bars",
    "block_with_halos",
    "blocks_with_halos",
    "border_rules",
    "carried_samples",
    "channel_table",
    "commuting_square",
    "compared_rows",
    "continuations",
    "convolution_powers",
    "cost_curves",
    "descents",
    "error_table",
    "errors_by_method",
    "errors_by_shift",
    "errors_by_step",
    "estimates_and_times",
    "factors_by_rate",
    "failing_places",
    "fields",
    "flipped_window",
    "folded_back",
    "folded_row",
    "folded_spectrum",
    "found_by",
    "found_places",
    "four_pictures",
    "framed_row",
    "frequency_responses",
    "graph_values",
    "gray_numbers",
    "growth_with_distance",
    "hit_rates",
    "image_row",
    "influences",
    "kernel_estimates",
    "kernel_tiles",
    "layer_costs",
    "layer_graph",
    "learning_curves",
    "losses_by_step",
    "lowered_product",
    "matrix_patterns",
    "matrix_times_signal",
    "meeting_table",
    "nine_products",
    "noise_balance",
    "one_output",
    "one_window",
    "overlapping_tiles",
    "painted_copies",
    "picture_grid",
    "pictures_and_spectra",
    "pooled_tables",
    "product_table",
    "product_tables",
    "ratios_by_family",
    "response_contours",
    "response_pictures",
    "responses_in_decibels",
    "rows_of_numbers",
    "sampled_waves",
    "score_maps",
    "shapes_between",
    "shifted_copies",
    "signal_and_curves",
    "signal_and_trend",
    "signal_search",
    "size_steps",
    "slices_of_full",
    "slope_responses",
    "smoothed_peak",
    "sounds",
    "strips",
    "two_groupings",
    "two_ways",
    "usage_maps",
    "waves_through",
    "weight_counts",
    "weight_matrices",
    "weight_views",
    "window_in_sums",
    "window_on_chart",
    "window_rulers",
    "window_to_pixel",
    "windows_on_grid",
    "windows_on_line",
    "wiring",
]
