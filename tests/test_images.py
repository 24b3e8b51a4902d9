"""The picture has the facts that the chapters tell about it."""

import numpy as np

import convbook


def test_the_picture_has_16_by_16_pixels_of_which_31_are_black_letters():
    letters = convbook.hi_image()[:, :14]
    assert convbook.hi_image().shape == (16, 16)
    assert np.unique(letters).tolist() == [0, 255]
    assert np.sum(letters[:, :8] == 0) == 22  # the H
    assert np.sum(letters[:, 8:] == 0) == 9  # the i


def test_the_gradient_falls_by_17_from_white_to_black():
    gradient = convbook.hi_image()[:, 14:].T.tolist()
    assert gradient == [[255 - 17 * row for row in range(16)]] * 2


def test_differences_of_neighbors_are_29_times_255_and_28_times_minus_255_and_14_small_ones():
    steps = convbook.correlate(convbook.hi_image(), [[1, -1]], "valid")
    assert np.sum(steps == 255) == 29
    assert np.sum(steps == -255) == 28
    assert np.sum((steps != 0) & (np.abs(steps) < 255)) == 14


def test_the_bar_of_the_h_is_the_only_place_where_a_row_of_four_is_black():
    sums = convbook.correlate(convbook.hi_image(), np.ones((1, 4), int), "valid")
    assert np.argwhere(sums == 0).tolist() == [[6, 3]]


def test_plain_correlation_with_the_window_of_the_i_ties_at_22_of_98_places():
    image = convbook.hi_image()
    score = convbook.correlate(image, image[2:12, 8:11], "valid")
    best = score == score.max()
    assert score.shape == (7, 14)
    assert score.max() == 1_365_525
    assert best.sum() == 22
    assert best[2, 8]
    white = convbook.correlate(image, np.ones((10, 3), int), "valid") == 30 * 255
    assert white.sum() == 21
    assert best[white].all()


def test_normalized_correlation_finds_the_i_and_nothing_else():
    image = convbook.hi_image()
    score = convbook.normalized_correlate(image, image[2:12, 8:11])
    ranked = np.sort(score, axis=None)[::-1]
    assert np.unravel_index(score.argmax(), score.shape) == (2, 8)
    np.testing.assert_allclose(ranked[0], 1, rtol=1e-15)
    assert round(ranked[1], 3) == 0.860
    white = convbook.correlate(image, np.ones((10, 3), int), "valid") == 30 * 255
    assert (score[white] == 0).all()


def test_every_call_draws_a_new_picture():
    convbook.hi_image()[0, 0] = 0
    assert convbook.hi_image()[0, 0] == 255
