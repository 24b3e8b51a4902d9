"""The recipes, which readers copy, keep what they promise on inputs that their pages do not show."""

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.signal
from scipy import ndimage

import convbook
from book.execution import chapters

DOCS = Path(__file__).parents[1] / "docs"
SETTINGS = [{"stride": s, "padding": p} for s in (1, 2, 3) for p in (0, 1, 2)]


@cache
def recipe(cell: str, function: str) -> Callable[..., Any]:
    """Run the recipe of this name, wherever it stands, and return one of its functions."""
    for path in chapters.below(DOCS):
        for found in chapters.read(path).cells:
            if found.metadata.get("name") == cell:
                names: dict[str, Any] = {}
                exec(compile(found.source, f"{path}:{found.line}", "exec"), names)
                return names[function]
    raise LookupError(f"no chapter has the recipe {cell!r}")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("groups", [1, 2, 6])
def test_the_layer_is_the_librarys(
    settings: dict[str, int], dilation: int, groups: int, rng: np.random.Generator
) -> None:
    x, weight, bias = rng.normal(size=(2, 6, 9, 11)), rng.normal(size=(12, 6 // groups, 3, 2)), rng.normal(size=12)
    settings = {**settings, "dilation": dilation, "groups": groups}
    got = recipe("recipe-layer", "conv2d")(x, weight, bias, **settings)
    assert np.allclose(got, convbook.conv(x, weight, bias, **settings), rtol=1e-12, atol=1e-12)


def test_the_layer_does_not_wrap_bytes() -> None:
    x, weight = np.full((1, 1, 1, 2), 200, np.uint8), np.ones((1, 1, 1, 2), np.uint8)
    assert recipe("recipe-layer", "conv2d")(x, weight).tolist() == [[[[400.0]]]]


def test_the_layer_adds_up_many_bytes_exactly(rng: np.random.Generator) -> None:
    x, weight = (rng.integers(200, 256, size=(1, 64, 8, 8), dtype=np.uint8) for _ in range(2))
    want = int(np.sum(x.astype(int) * weight))
    assert want > 2**24
    assert want % 8
    assert recipe("recipe-layer", "conv2d")(x, weight).item() == want


def test_the_layer_keeps_the_type_of_floats(rng: np.random.Generator) -> None:
    x, weight = (rng.normal(size=(1, 1, 3, 3)).astype(np.float32) for _ in range(2))
    assert recipe("recipe-layer", "conv2d")(x, weight).dtype == np.float32


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize("images", [0, 2])
def test_the_gradients_are_the_librarys(
    settings: dict[str, int], dilation: int, groups: int, images: int, rng: np.random.Generator
) -> None:
    x, weight = rng.normal(size=(images, 6, 9, 11)), rng.normal(size=(12, 6 // groups, 3, 2))
    settings = {**settings, "dilation": dilation, "groups": groups}
    slopes = rng.normal(size=convbook.conv(x, weight, **settings).shape)
    got = recipe("recipe-gradients", "conv2d_backward")(slopes, x, weight, **settings)
    for ours, wanted in zip(got, convbook.conv_vjp(slopes, x, weight, np.zeros(12), **settings), strict=True):
        assert ours.shape == wanted.shape
        assert np.allclose(ours, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_transposed_convolution_is_the_librarys(settings: dict[str, int], rng: np.random.Generator) -> None:
    x, weight, bias = rng.normal(size=(2, 3, 5, 7)), rng.normal(size=(3, 4, 5, 4)), rng.normal(size=4)
    for output_padding in range(settings["stride"]):
        given = {**settings, "output_padding": output_padding}
        got = recipe("recipe-transposed", "conv_transpose2d")(x, weight, bias, **given)
        assert np.allclose(got, convbook.conv_transpose(x, weight, bias, **given), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("images", [0, 2])
def test_columns_and_the_way_back_are_the_librarys(images: int, stride: int, rng: np.random.Generator) -> None:
    x = rng.normal(size=(images, 3, 9, 11))
    columns = recipe("recipe-columns", "im2col")(x, 3, 2, stride)
    wanted = convbook.unfold(x, (3, 2), stride=stride)
    assert np.array_equal(columns, wanted)
    back = recipe("recipe-columns", "col2im")(columns, x.shape, 3, 2, stride)
    assert np.allclose(back, convbook.fold(wanted, (9, 11), (3, 2), stride=stride), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("sizes", [(4, 2, 5, 40, 100), (10, 40, 3, 20, 100), (3, 2, 7, 30, 100), (8, 16, 3, 16, 28)])
def test_the_estimates_are_the_planners_up_to_the_price_of_each_product(sizes: tuple[int, ...]) -> None:
    channels, filters, taps, rows, width = sizes
    x = np.ones((1, channels, rows + taps - 1, width + taps - 1), np.float32)
    weight = np.ones((filters, channels, taps, taps), np.float32)
    got = recipe("recipe-estimate", "estimates")(channels, filters, taps, rows, width)
    wanted: dict[str, Any] = convbook.explain_plan(x, weight).candidates
    assert got["columns"] == pytest.approx(wanted["columns"].nanoseconds / 1000, rel=0.03)
    band = wanted["band"]
    assert got[f"band of {band.together}"] == pytest.approx(band.nanoseconds / 1000, rel=0.03)


@pytest.mark.parametrize("taps", [1, 2, 3, 57, 128])
@pytest.mark.parametrize("more", [0, 1, 30, 1000])
def test_overlap_save_is_the_correlation_wherever_the_taps_fit(more: int, taps: int, rng: np.random.Generator) -> None:
    x, h = rng.normal(size=taps + more), rng.normal(size=taps)
    got = recipe("recipe-overlap-save", "by_overlap_save")(x, h)
    assert got.shape == (more + 1,)
    assert np.allclose(got, np.correlate(x, h), rtol=0, atol=1e-12 * taps)


@pytest.mark.parametrize(("outputs", "taps"), [(1, 3), (2, 3), (3, 2), (3, 1), (4, 3)])
def test_winograds_tables_correlate_with_a_product_for_each_point(
    outputs: int, taps: int, rng: np.random.Generator
) -> None:
    points = [0, 1, -1, 0.5, -0.5][: outputs + taps - 2]
    B, G, A = recipe("recipe-winograd-tables", "three_tables")(points, outputs, taps)
    d, g = rng.normal(size=outputs + taps - 1), rng.normal(size=taps)
    assert A.shape == (outputs, len(points) + 1)
    assert np.allclose(A @ ((G @ g) * (B @ d)), np.correlate(d, g), rtol=0, atol=1e-12)


@pytest.mark.parametrize("taps", [1, 2, 7])
@pytest.mark.parametrize("lengths", [[9], [1] * 9, [4, 0, 5], [0, 0, 3, 6]], ids=str)
def test_a_filtered_stream_is_the_causal_convolution_in_blocks_of_the_same_lengths(
    lengths: list[int], taps: int, rng: np.random.Generator
) -> None:
    x, h = rng.normal(size=sum(lengths)), rng.normal(size=taps)
    got = list(recipe("recipe-stream", "filter_stream")(np.split(x, np.cumsum(lengths)[:-1]), h))
    assert [len(sums) for sums in got] == lengths
    assert np.allclose(np.concatenate(got), np.convolve(x, h)[: len(x)], rtol=0, atol=1e-13)


@pytest.mark.parametrize("count", range(12))
def test_a_power_is_as_many_convolutions(count: int) -> None:
    power = recipe("recipe-power", "convolution_power")
    wanted = [1]
    for _ in range(count):
        wanted = np.convolve(wanted, [2, -1, 3]).tolist()
    assert power([2, -1, 3], count).tolist() == wanted


def test_a_power_of_pythons_integers_does_not_overflow() -> None:
    power = recipe("recipe-power", "convolution_power")(np.array([1, 1], dtype=object), 70)
    assert power.tolist() == [math.comb(70, n) for n in range(71)]


@pytest.mark.parametrize("rule", ["symmetric", "constant", "edge", "reflect", "wrap"])
def test_the_filter_is_a_correlation_of_the_padded_picture(rule: str, rng: np.random.Generator) -> None:
    picture, kernel = rng.normal(size=(6, 9, 3)), rng.normal(size=(4, 3))
    got = recipe("recipe-filter", "filter_picture")(picture, kernel, rule)
    for color in range(3):
        padded = np.pad(picture[..., color], [(1, 2), (1, 1)], mode=rule)  # type: ignore[call-overload]
        wanted = convbook.correlate(padded, kernel, mode="valid")
        assert np.allclose(got[..., color], wanted, rtol=1e-12, atol=1e-12)


def test_the_photographs_blur_is_two_passes_of_a_gauss_kernel(rng: np.random.Generator) -> None:
    photo = rng.integers(0, 256, size=(12, 17, 3)).astype(np.uint8)
    gauss = convbook.kernels.gaussian((1.5, 1.5), size=11)
    wanted = recipe("recipe-filter", "filter_picture")(photo, gauss, "edge")
    assert np.allclose(recipe("recipe-photograph", "blur")(photo, 1.5), wanted, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize(
    ("filtering", "want"),
    [
        (np.convolve, True),
        (np.correlate, False),
        (lambda x, h: np.convolve(x, h, mode="same"), True),
        (lambda x, h: np.correlate(x, h, mode="full"), False),
        (scipy.signal.convolve, True),
        (scipy.signal.fftconvolve, True),
        (scipy.signal.oaconvolve, True),
        (lambda x, h: scipy.signal.lfilter(h, 1, x), True),
        (lambda x, h: scipy.signal.correlate(x, h, method="fft"), False),
        (ndimage.convolve1d, True),
        (ndimage.correlate1d, False),
        (lambda x, h: convbook.convolve(x.astype(np.float32), h.astype(np.float32), method="fft"), True),
        (lambda x, h: convbook.conv([[x]], [[h]])[0, 0], False),
        (lambda x, h: convbook.conv_transpose([[x]], [[h]])[0, 0], True),
    ],
)
def test_flips_tells_convolution_from_correlation_whatever_computes_it(filtering: Any, want: bool) -> None:
    assert recipe("recipe-flips", "flips")(filtering) is want


def test_flips_refuses_what_is_neither() -> None:
    flips = recipe("recipe-flips", "flips")
    for filtering in (
        lambda x, h: x * 0,
        lambda x, h: np.convolve(x, h) * 2,
        lambda x, h: np.convolve(x, h[[1, 0, 2]]),
    ):
        with pytest.raises(ValueError, match="not as a kernel"):
            flips(filtering)


@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3, 1e10 / 7, -0.7])
@pytest.mark.parametrize("shape", [(3,), (7,), (2, 3), (3, 3, 2)])
def test_the_recipe_for_patterns_scores_flat_windows_and_flat_patterns_0(shape: tuple[int, ...], value: float) -> None:
    score = recipe("recipe-ncc", "normalized_correlate")
    flat, pattern = np.full(shape, value), np.random.default_rng(0).random(shape)
    assert score(flat, flat).ravel().tolist() == [0]
    assert score(flat, pattern).ravel().tolist() == [0]
    assert score(pattern, flat).ravel().tolist() == [0]


@pytest.mark.parametrize(("n", "k"), [((20,), (4,)), ((9, 7), (3, 2)), ((5, 4, 6), (2, 3, 2))])
def test_the_recipe_for_patterns_agrees_with_the_library(n: tuple[int, ...], k: tuple[int, ...]) -> None:
    score = recipe("recipe-ncc", "normalized_correlate")
    rng = np.random.default_rng(0)
    image, template = rng.integers(0, 4, size=n) / 10 + 0.1, rng.random(k)
    np.testing.assert_allclose(score(image, template), convbook.normalized_correlate(image, template), atol=1e-12)


@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3, 1e10 / 7])
def test_the_library_agrees_on_what_is_flat(value: float) -> None:
    flat = np.full(3, value)
    with pytest.raises(ValueError, match="must not be constant"):
        convbook.normalized_correlate(flat, flat)
    assert convbook.normalized_correlate(flat, [1, 2, 4]).tolist() == [0]


@pytest.mark.parametrize(("count", "size"), [(1, 1), (2, 2), (3, 5), (4, 4), (9, 61), (13, 61), (13, 101), (25, 201)])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_designed_kernel_has_the_moments_that_were_asked_for(count: int, size: int, order: int) -> None:
    moments = [0.0] * count
    moments[min(order, count - 1)] = 2.0
    weights = recipe("recipe-design", "design_kernel")(moments, size)
    places = [Fraction(2 * n + 1 - size, 2) for n in range(size)]
    reach = max(places[-1], Fraction(1))
    for q, wanted in enumerate(moments):  # in units of the reach, and exactly
        got = sum(Fraction(float(weight)) * (place / reach) ** q for weight, place in zip(weights, places, strict=True))
        assert float(got) == pytest.approx(wanted / float(reach) ** q, rel=1e-6, abs=1e-12 * abs(weights).sum())


@pytest.mark.parametrize(("size", "degree"), [(5, 2), (9, 2), (9, 4), (11, 6)])
def test_the_designed_smoother_is_that_of_savitzky_and_golay(size: int, degree: int) -> None:
    weights = recipe("recipe-design", "design_kernel")([1.0] + degree * [0.0], size)
    assert np.allclose(weights, scipy.signal.savgol_coeffs(size, degree), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("count", "size"), [(4, 3), (2, 1), (45, 201)])
def test_moments_that_weights_or_floats_cannot_have_are_refused(count: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"{count} moments"):
        recipe("recipe-design", "design_kernel")((count - 1) * [0.0] + [1.0], size)


def test_the_reading_of_a_kernel_is_what_it_does() -> None:
    kernel = np.random.default_rng(0).random((3, 5))
    reading = recipe("recipe-read", "read_kernel")(kernel)
    i, j = np.indices((21, 25))
    dot = (i == 10) & (j == 12)
    answer = convbook.correlate(dot.astype(float), kernel, mode="same")
    center = [float(np.sum(axis * answer) / answer.sum()) for axis in (i, j)]
    assert np.allclose([10 - center[0], 12 - center[1]], reading["moved"])
    checkers = convbook.correlate((-1.0) ** (i + j), kernel, mode="valid")
    assert np.allclose(checkers, reading["checkers"] * ((-1.0) ** (i + j))[1:-1, 2:-2])
    assert reading["flat"] == pytest.approx(kernel.sum())
    assert reading["noise"] == round(np.sqrt((kernel**2).sum()), 2)
    assert recipe("recipe-read", "read_kernel")([[-1, 0, 1]])["moved"] is None


@pytest.mark.parametrize("window", [(1, 1), (3, 1), (1, 5), (3, 7), (9, 9), (25, 31)])
@pytest.mark.parametrize("dtype", [np.uint8, bool, np.float32, np.float64])
def test_the_mean_of_a_window_is_that_of_the_pixels_that_exist(
    window: tuple[int, int], dtype: type, rng: np.random.Generator
) -> None:
    picture = rng.integers(0, 2 if dtype is bool else 256, (8, 11)).astype(dtype)
    ones = np.ones(window)
    totals, counts = (scipy.signal.convolve2d(a, ones, "same") for a in (picture.astype(float), np.ones((8, 11))))
    got = recipe("recipe-box-mean", "box_mean")(picture, *window)
    assert np.allclose(got, totals / counts, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("window", [(2, 3), (3, 4)])
def test_a_window_without_a_middle_is_refused(window: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="has no pixel in the middle"):
        recipe("recipe-box-mean", "box_mean")(np.ones((5, 5)), *window)


@pytest.mark.parametrize("constant", [0, 7])
def test_noise_finds_the_kernel_up_to_the_error_that_it_promises(constant: float, rng: np.random.Generator) -> None:
    kernel, samples = rng.normal(size=9), 40_000
    found = recipe("recipe-from-noise", "kernel_from_noise")(
        lambda x: np.convolve(x, kernel)[: len(x)] + constant, 12, samples, rng
    )
    deviation = np.sqrt(2 * np.sum(kernel**2) / samples)  # more than that of any weight
    assert np.abs(found - [*kernel, 0, 0, 0]).max() < 5 * deviation
    assert np.abs(found[:9]).max() > 10 * deviation


def test_the_learning_curve_refuses_sizes_beyond_the_examples_that_are_left(rng: np.random.Generator) -> None:
    def fit(x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        weights = np.linalg.lstsq(x, y)[0]
        return lambda new: new @ weights

    x, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    learning_curve = recipe("recipe-learning-curve", "learning_curve")
    assert len(learning_curve(fit, x, y, [5, 10])) == 2
    with pytest.raises(ValueError, match=r"`sizes` \(=\[5, 11\]\) must not exceed 10,"):
        learning_curve(fit, x, y, [5, 11])


@pytest.mark.parametrize("bend", [lambda x: x, lambda x: np.maximum(x, 0), np.tanh], ids=["linear", "relu", "tanh"])
@pytest.mark.parametrize("layers", [[(3, 1, 1), (2, 2, 1), (3, 1, 1)], [(3, 2, 2), (3, 1, 1)], [(2, 3, 1), (2, 1, 3)]])
def test_the_field_of_any_function_is_where_a_tap_of_a_tap_stands(
    layers: list[tuple[int, int, int]], bend: Callable[..., Any], rng: np.random.Generator
) -> None:
    weights = [rng.uniform(0.5, 1, (1, 1, k)) for k, _, _ in layers]

    def stack(x: np.ndarray[Any, Any]) -> Any:
        values = x[np.newaxis, np.newaxis]
        for weight, (_, s, d) in zip(weights, layers, strict=True):
            values = bend(convbook.conv(values, weight, stride=s, dilation=d))
        return values[0, 0]

    cells = {1}
    for k, s, d in reversed(layers):
        cells = {cell * s + tap * d for cell in cells for tap in range(k)}
    got = recipe("recipe-field", "field")(stack, (26,), 1, tries=20)
    assert set(np.flatnonzero(got).tolist()) == cells
    size, apart, center = convbook.receptive_field(layers)
    assert min(cells) == center + apart - (size - 1) / 2
    assert max(cells) == center + apart + (size - 1) / 2


@pytest.mark.parametrize("k", [2, 3, 4, 5])
@pytest.mark.parametrize("n", [9, 12])
def test_a_convention_is_read_for_every_start(n: int, k: int) -> None:
    convention = recipe("recipe-convention", "convention")
    impulse, weights = np.zeros(n), np.arange(1.0, k + 1)
    impulse[n // 2] = 1
    for operation, kernel in (("convolution", weights), ("correlation", weights[::-1])):
        for before in range(k):
            for after in range(k):
                answer = np.convolve(np.pad(impulse, (before, after)), kernel, "valid")
                assert convention(answer + 1e-9, n, k) == (operation, k - 1 - before, before, after)


def suspects() -> Callable[..., dict[str, list[str]]]:
    return recipe("recipe-suspects", "suspects")


def test_a_right_layer_is_not_suspected() -> None:
    for layer in (convbook.conv, recipe("recipe-layer", "conv2d")):
        wrong = suspects()(layer)
        assert all(names[0].startswith("refused") for names in wrong.values()), wrong


def test_every_fault_of_the_zoo_is_the_only_one_that_explains_its_own_answers() -> None:
    faults: Any = recipe("recipe-suspects", "FAULTS")
    common = {name: set.intersection(*map(set, suspects()(fault).values())) for name, fault in faults.items()}
    assert common == {name: {name} for name in faults}


def convolving(x: Any, w: Any) -> Any:
    planes = [[sum(map(flipping, one, filters)) for filters in w] for one in x]
    return np.array(planes)


def flipping(x: Any, w: Any) -> Any:
    return scipy.signal.convolve2d(x, w, "valid")


def in_bytes(x: Any, w: Any) -> Any:
    y = np.array([[sum(ndimage.correlate(c, k, mode="constant") for c, k in zip(one, filters, strict=True))
                   for filters in w] for one in x])  # fmt: skip
    return y[:, :, 1:-1, 1:]


def with_spectra(x: Any, w: Any) -> Any:
    size = x.shape[2:]
    spectra = np.fft.fft2(x)[:, None] * np.conj(np.fft.fft2(w, size))[None]
    return np.fft.ifft2(spectra.sum(2)).real[:, :, : size[0] - w.shape[2] + 1, : size[1] - w.shape[3] + 1]


@pytest.mark.parametrize(
    ("program", "question", "fault"),
    [
        (convolving, "plain", "kernel turned"),
        (in_bytes, "bytes", "eight bits"),
        (with_spectra, "NaN", "NaN spreads"),
        (lambda x, w, groups: convbook.conv(x[:, [0, 2, 4, 1, 3, 5]], w, groups=groups), "groups", "channels dealt"),
        (lambda x, w, padding: convbook.conv(convbook.pad(x, ((0, 0), (0, 0), (4, 0), (4, 0))), w), "padding",
         "padded before"),
        (lambda x, w, stride: convbook.conv(x[:, :, 1:, 1:], w, stride=stride), "stride", "windows late"),
        (lambda x, w, dilation: convbook.conv(x, w, dilation=3), "dilation", "dilation from 0"),
    ],
)  # fmt: skip
def test_programs_that_share_no_code_with_the_zoo_are_recognized(
    program: Callable[..., Any], question: str, fault: str
) -> None:
    """Each is asked all questions and refuses most, which is not held against it."""
    wrong = suspects()(program)
    assert wrong[question] == [fault]


def test_a_layer_that_refuses_is_listed_with_its_message() -> None:
    def refusing(x: Any, w: Any, **settings: Any) -> Any:
        raise ValueError("not today")

    wrong = suspects()(refusing)
    also = wrong.pop("as many out as in")  # where an exchange of in and out is not refused
    assert also == ["refused: not today"]
    assert len(wrong) == 13
    assert set(map(tuple, wrong.values())) == {("refused: not today", "in, out swapped")}


def test_a_fault_that_the_zoo_lacks_is_wrong_without_a_name() -> None:
    wrong = suspects()(lambda x, w, **settings: 2 * convbook.conv(x, w, **settings))
    assert set(map(tuple, wrong.values())) == {("?",)}


def test_the_filter_on_a_graph_is_the_polynomial_of_its_laplacian(rng: np.random.Generator) -> None:
    edges = [(i, j) for i in range(7) for j in range(i) if rng.random() < 0.5]
    laplacian = np.zeros((7, 7))
    for edge in edges:
        laplacian[np.ix_(edge, edge)] += [[1, -1], [-1, 1]]
    weights = rng.normal(size=4)
    matrix = sum(w * np.linalg.matrix_power(laplacian, r) for r, w in enumerate(weights))
    for x in (rng.normal(size=7), rng.normal(size=(7, 3))):
        assert np.allclose(recipe("recipe-graph-filter", "graph_filter")(x, edges, weights), matrix @ x, rtol=1e-12)


def test_the_filter_on_a_graph_without_edges_weighs_the_signal() -> None:
    assert recipe("recipe-graph-filter", "graph_filter")([1, 2], [], [3, 5]).tolist() == [3.0, 6.0]


@pytest.mark.parametrize("rounds", [1, 2, 30])
@pytest.mark.parametrize("drift", [1.0, 1.01, 0.99])
def test_the_timer_finds_the_ratio_of_two_programs_on_a_machine_that_changes(rounds: int, drift: float) -> None:
    now, calls = [0.0], [0]

    def program(work: float) -> Callable[[], None]:
        def call() -> None:
            calls[0] += 1
            now[0] += work * drift ** calls[0]

        return call

    time_ratios = recipe("recipe-timer", "time_ratios")
    low, middle, high = time_ratios(program(1), program(3), rounds, clock=lambda: now[0])
    assert calls[0] == 2 + 4 * rounds
    assert low <= middle <= high
    assert abs(low - 3) < 1e-9
    assert abs(high - 3) < 1e-9


@pytest.mark.parametrize("rounds", [1, 30, 31])
def test_the_timer_gives_no_price_to_the_second_place(rounds: int) -> None:
    now, calls = [0.0], [0]

    def program() -> None:
        calls[0] += 1
        now[0] += 1 if calls[0] % 2 else 1.2

    got = recipe("recipe-timer", "time_ratios")(program, program, rounds, clock=lambda: now[0])
    assert np.allclose(got, 1)


def test_the_timer_is_not_moved_by_a_bad_round() -> None:
    now, calls = [0.0], [0]

    def bad_once() -> None:
        calls[0] += 1
        now[0] += 100 if calls[0] == 5 else 2

    def steady() -> None:
        now[0] += 1

    assert recipe("recipe-timer", "time_ratios")(steady, bad_once, 9, clock=lambda: now[0]).tolist() == [2, 2, 2]


@pytest.mark.parametrize("size", [1, 3, 5])
def test_the_mean_of_what_is_known_is_that_of_each_window(size: int, rng: np.random.Generator) -> None:
    picture = rng.normal(size=(7, 9))
    picture[rng.random((7, 9)) < 0.6] = np.nan
    got, half = recipe("recipe-missing", "mean_of_known")(picture, size), size // 2
    for (row, column), mean in np.ndenumerate(got):
        window = picture[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1]
        known = window[~np.isnan(window)]
        np.testing.assert_allclose(mean, known.mean() if known.size else np.nan, rtol=1e-12, atol=1e-12)


def test_the_mean_of_what_is_known_is_nan_where_infinities_cancel() -> None:
    with np.errstate(invalid="ignore"):
        got = recipe("recipe-missing", "mean_of_known")(np.array([[np.inf, -np.inf, 2, 3]]), 3)
    np.testing.assert_array_equal(got, [[np.nan, np.nan, -np.inf, 2.5]])


def test_more_processors_share_the_computing_alone() -> None:
    estimate = recipe("recipe-processes", "seconds_by_processors")
    assert estimate([1, 4, 10**9], 8, 20, 10, 5, 0.5).round(6).tolist() == [8, 2 + 2 + 2.5, 2 + 2.5]


def test_the_largest_answer_from_four_sides_turns_with_the_picture(rng: np.random.Generator) -> None:
    from_four_sides = recipe("recipe-four-sides", "from_four_sides")
    for shape, size in (((5, 8), 3), ((6, 4), 2)):
        x, k = rng.normal(size=shape), rng.normal(size=(size, size))
        assert np.allclose(from_four_sides(np.rot90(x), k), np.rot90(from_four_sides(x, k)), rtol=1e-12)


def test_a_mean_of_what_is_known_leaves_a_constant_with_holes_as_it_is() -> None:
    smooth_known = recipe("recipe-smooth-known", "smooth_known")
    assert np.allclose(smooth_known([7, np.nan, 7, 7, np.nan], [1, 2, 1]), 7)
    far_from_all = np.isnan(smooth_known([7, np.nan, np.nan, np.nan, 7], [1, 2, 1]))
    assert np.flatnonzero(far_from_all).tolist() == [2]


def test_steps_to_undo_a_blur_end_at_a_row_with_that_recording(rng: np.random.Generator) -> None:
    row, weights = rng.normal(size=9), np.array([1, 5, 2]) / 8  # not symmetric, so that the flip shows
    recorded = np.convolve(row, weights, "valid")
    found = recipe("recipe-unblur", "unblur")(recorded, weights, 3000)
    assert found.shape == row.shape
    assert np.allclose(np.convolve(found, weights, "valid"), recorded, atol=1e-9)
