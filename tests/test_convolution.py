"""The layer convolution and its relatives, against the loops of `definitions` and against what must hold by hand."""

from typing import Any

import numpy as np
import pytest

from convbook import conv, conv_transpose, conv_transpose_vjp, conv_vjp, explain_plan
from convbook._geometry import Geometry
from convbook.algorithms import gradients
from convbook.algorithms.problem import Problem, problem_with
from convbook.definitions import conv_loops


def drawn(rng: np.random.Generator, axes: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Draw a small call with everything unequal; numbers are integers, so that answers are exact."""
    groups, channels, filters = (int(v) for v in rng.integers(1, 4, 3))
    kernel, stride, dilation = ([int(v) for v in rng.integers(1, 4, axes)] for _ in range(3))
    pads = [tuple(int(v) for v in rng.integers(0, 4, 2)) for _ in range(axes)]
    spans = [d * (k - 1) + 1 - sum(p) for k, d, p in zip(kernel, dilation, pads, strict=True)]
    size = [max(1, span) + int(rng.integers(0, 3)) for span in spans]
    arrays = {
        "x": rng.integers(-9, 10, (int(rng.integers(0, 3)), groups * channels, *size)).astype(float),
        "weight": rng.integers(-9, 10, (groups * filters, channels, *kernel)).astype(float),
        "bias": rng.integers(-9, 10, groups * filters).astype(float),
    }
    return arrays, {"stride": stride, "padding": pads, "dilation": dilation, "groups": groups}


@pytest.mark.parametrize(("axes", "times"), [(1, 60), (2, 30), (3, 6), (4, 2)])
def test_conv_is_the_loops_with_everything_unequal(axes: int, times: int) -> None:
    rng = np.random.default_rng(axes)
    for _ in range(times):
        arrays, options = drawn(rng, axes)
        found = conv(*arrays.values(), **options)
        assert np.array_equal(found, conv_loops(*arrays.values(), **options))
        assert np.array_equal(
            conv(arrays["x"], arrays["weight"], **options), found - arrays["bias"].reshape(-1, *[1] * axes)
        )


@pytest.mark.parametrize(("axes", "times"), [(1, 60), (2, 30), (3, 10), (4, 4)])
def test_gradients_are_the_adjoints_of_the_products(axes: int, times: int) -> None:
    rng = np.random.default_rng(axes)
    for _ in range(times):
        arrays, options = drawn(rng, axes)
        x, weight, bias = arrays.values()
        y = conv(x, weight, **options)
        grad = rng.integers(-9, 10, y.shape).astype(float)
        grad_x, grad_weight, grad_bias = conv_vjp(grad, x, weight, bias, **options)
        # conv is linear in x and in the weight, and all numbers are integers: the pairings are equal exactly.
        assert (grad * y).sum() == (grad_x * x).sum() == (grad_weight * weight).sum()
        assert np.array_equal(grad_bias, grad.sum(axis=(0, *range(2, grad.ndim))))
        axes_of = (x.shape[2:], weight.shape[2:], options["stride"], options["padding"], options["dilation"])
        left = [(n + sum(p) - d * (k - 1) - 1) % s for n, k, s, p, d in zip(*axes_of, strict=True)]
        assert np.array_equal(conv_transpose(grad, weight, output_padding=left, **options), grad_x)


def test_the_weight_gradient_is_a_convolution_in_which_stride_and_dilation_swap() -> None:
    rng = np.random.default_rng(0)
    for s, d in [(1, 1), (2, 1), (1, 3), (3, 2)]:
        x = rng.integers(-9, 10, (1, 1, 17)).astype(float)
        weight = rng.integers(-9, 10, (1, 1, 4)).astype(float)
        y = conv(x, weight, stride=s, dilation=d, padding=1)
        grad = rng.integers(-9, 10, y.shape).astype(float)
        _, grad_weight = conv_vjp(grad, x, weight, stride=s, dilation=d, padding=1)
        swapped = conv(x, grad, stride=d, dilation=s, padding=1)
        assert np.array_equal(grad_weight, swapped[:, :, :4])


def few_filters(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
    """Draw slopes, inputs and weights of a layer whose outputs are fewer numbers to lay out than its inputs."""
    groups, kernel = int(rng.integers(1, 3)), [int(k) for k in rng.integers(2, 4, 2)]
    pads = [tuple(int(p) for p in rng.integers(0, 5, 2)) for _ in kernel]  # also more than a kernel reaches
    options = {"padding": pads, "dilation": [int(d) for d in rng.integers(1, 3, 2)], "groups": groups}
    x = rng.integers(-9, 10, (3, 16 * groups, 9, 8)).astype(np.float32)
    weight = rng.integers(-9, 10, (2 * groups, 16, *kernel)).astype(np.float32)
    return rng.integers(-9, 10, conv(x, weight, **options).shape).astype(np.float32), x, weight, options


def turned(grad: np.ndarray, x: np.ndarray, weight: np.ndarray, options: dict[str, Any]) -> Problem | None:
    """Return the layer whose outputs are laid out for the gradient of the weight, or nothing; it was just asked for."""
    padding, dilation = tuple(options["padding"]), tuple(options["dilation"])
    windows = Geometry(x.shape[2:], weight.shape[2:], (1, 1), padding, dilation, grad.shape[2:])
    sizes = len(x), x.shape[1], len(weight), options["groups"]
    problem = problem_with(*sizes, windows, np.dtype(np.float32), False, False)
    before = gradients._turned.cache_info()
    found = gradients._turned(problem)
    assert gradients._turned.cache_info().hits == before.hits + 1
    return found


def test_a_layer_of_few_filters_lays_out_its_outputs_for_the_gradient_of_the_weight() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        grad, x, weight, options = few_filters(rng)
        gradients._turned.cache_clear()
        _, found = conv_vjp(grad, x, weight, **options)
        back = turned(grad, x, weight, options)
        assert back is not None
        assert back.filters_each == 16  # the channels of a group are the filters of the turned layer
        assert (grad * conv(x, weight, **options)).sum() == (found * weight).sum()
        padded = np.pad(x, [(0, 0), (0, 0), *options["padding"]])
        slopes = np.split(grad, options["groups"], axis=1)
        for a, b in np.ndindex(*weight.shape[2:]):
            corner = [tap * d for tap, d in zip((a, b), options["dilation"], strict=True)]
            seen = padded[:, :, corner[0] :, corner[1] :][:, :, : grad.shape[2], : grad.shape[3]]
            groups = zip(slopes, np.split(seen, options["groups"], axis=1), strict=True)
            wanted = [np.einsum("nfhw,nchw->fc", ours, theirs) for ours, theirs in groups]
            assert np.array_equal(found[:, :, a, b], np.concatenate(wanted))


@pytest.mark.parametrize("wrong", [np.inf, np.nan])
def test_what_is_not_finite_spoils_the_weights_whose_taps_see_it_and_no_other(wrong: float) -> None:
    x, grad = np.zeros((1, 16, 9, 9), np.float32), np.ones((1, 2, 7, 7), np.float32)
    x[0, 0, 0, 0] = wrong  # in a corner: the first tap alone sees it
    _, grad_weight = conv_vjp(grad, x, np.ones((2, 16, 3, 3), np.float32))
    spoiled = ~np.isfinite(grad_weight)
    assert spoiled[:, 0, 0, 0].all()
    assert spoiled.sum() == 2


def test_gradients_agree_with_finite_differences() -> None:
    rng = np.random.default_rng(1)
    x, weight, bias = rng.normal(size=(2, 4, 5, 6)), rng.normal(size=(6, 2, 2, 3)), rng.normal(size=6)
    options: dict[str, Any] = {"stride": (2, 1), "padding": ((1, 0), (2, 1)), "dilation": (1, 2), "groups": 2}
    grad = rng.normal(size=conv(x, weight, bias, **options).shape)

    def loss(*arrays: np.ndarray) -> float:
        return float((grad * np.tanh(conv(*arrays, **options))).sum())

    outer = grad * (1 - np.tanh(conv(x, weight, bias, **options)) ** 2)
    for which, gradient in enumerate(conv_vjp(outer, x, weight, bias, **options)):
        for _ in range(5):
            arrays = [x.copy(), weight.copy(), bias.copy()]
            place = tuple(int(rng.integers(n)) for n in arrays[which].shape)
            arrays[which][place] += 1e-6
            above = loss(*arrays)
            arrays[which][place] -= 2e-6
            assert (above - loss(*arrays)) / 2e-6 == pytest.approx(gradient[place], rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_conv_transpose_stamps_and_adds_up(axes: int) -> None:
    rng = np.random.default_rng(axes)
    for _ in range(20):
        groups, channels, filters = (int(v) for v in rng.integers(1, 3, 3))
        size, kernel, stride, dilation = ([int(v) for v in rng.integers(1, 4, axes)] for _ in range(4))
        extra = [int(rng.integers(max(s, d))) for s, d in zip(stride, dilation, strict=True)]
        x = rng.integers(-9, 10, (2, groups * channels, *size))
        weight = rng.integers(-9, 10, (groups * channels, filters, *kernel))
        full = [
            (n - 1) * s + d * (k - 1) + 1 + a
            for n, s, d, k, a in zip(size, stride, dilation, kernel, extra, strict=True)
        ]
        pads = [(b := int(rng.integers(n)), int(rng.integers(n - b))) for n in full]
        wanted = np.zeros((2, groups * filters, *full), np.int64)
        for n, c, f in np.ndindex(2, groups * channels, filters):
            for o in np.ndindex(*size):
                for m in np.ndindex(*kernel):
                    j = tuple(s * a + d * b for s, a, d, b in zip(stride, o, dilation, m, strict=True))
                    wanted[n, c // channels * filters + f, *j] += x[n, c, *o] * weight[c, f, *m]
        cut = tuple(slice(b, n - a) for n, (b, a) in zip(full, pads, strict=True))
        found = conv_transpose(
            x, weight, stride=stride, padding=pads, output_padding=extra, dilation=dilation, groups=groups
        )
        assert np.array_equal(found, wanted[:, :, *cut])


def test_output_padding_that_reaches_beyond_the_stamps_shows_the_bias() -> None:
    found = conv_transpose([[[1, 1]]], [[[2]]], [7], stride=3, output_padding=2)
    assert found.tolist() == [[[9, 7, 7, 9, 7, 7]]]


def test_conv_transpose_vjp_pairs_exactly() -> None:
    rng = np.random.default_rng(3)
    options: dict[str, Any] = {
        "stride": (3, 1),
        "padding": ((1, 0), (2, 1)),
        "output_padding": (2, 1),
        "dilation": (1, 2),
        "groups": 2,
    }
    x = rng.integers(-9, 10, (3, 4, 3, 5)).astype(float)
    weight = rng.integers(-9, 10, (4, 3, 2, 3)).astype(float)
    y = conv_transpose(x, weight, **options)
    assert y.shape == (3, 6, 9, 7)
    grad = rng.integers(-9, 10, y.shape).astype(float)
    grad_x, grad_weight, grad_bias = conv_transpose_vjp(grad, x, weight, np.zeros(6), **options)
    assert (grad * y).sum() == (grad_x * x).sum() == (grad_weight * weight).sum()
    assert np.array_equal(grad_bias, grad.sum(axis=(0, 2, 3)))
    assert len(conv_transpose_vjp(grad, x, weight, **options)) == 2


def test_the_transpose_is_no_inverse_but_the_scaled_one_of_a_patch_embedding() -> None:
    rng = np.random.default_rng(0)
    q, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    weight = q.reshape(4, 1, 2, 2)  # orthonormal filters on windows that tile the plane
    x = rng.normal(size=(1, 1, 6, 4))
    assert np.allclose(conv_transpose(conv(x, weight, stride=2), weight, stride=2), x, atol=1e-14)
    assert not np.allclose(conv_transpose(conv(x, weight), weight), x)


def test_complex_numbers_convolve_unconjugated_and_pull_back_conjugated() -> None:
    rng = np.random.default_rng(0)

    def drawn_complex(*shape: int) -> np.ndarray:
        return rng.integers(-9, 10, shape) + 1j * rng.integers(-9, 10, shape)

    x, weight = drawn_complex(2, 2, 7), drawn_complex(4, 1, 3)
    y = conv(x, weight, groups=2, stride=2)
    assert y[0, 0, 0] == (x[0, 0, :3] * weight[0, 0]).sum()
    grad = drawn_complex(*y.shape)
    grad_x, grad_weight = conv_vjp(grad, x, weight, groups=2, stride=2)
    assert np.vdot(grad, y) == np.vdot(grad_x, x) == np.vdot(grad_weight, weight)
    assert np.array_equal(grad_x, conv_transpose(grad, weight.conj(), groups=2, stride=2))
    z = conv_transpose(grad, weight, groups=2, stride=2)
    back_grad, back_weight = conv_transpose_vjp(x, grad, weight, groups=2, stride=2)
    assert np.vdot(x, z) == np.vdot(back_grad, grad) == np.vdot(back_weight, weight)


def test_the_gradient_of_a_real_array_is_real() -> None:
    x, weight = np.array([[[1.0, 2.0]]]), np.array([[[1 + 2j, 3]]])
    grad_x, grad_weight = conv_vjp([[[1 + 1j]]], x, weight)
    assert grad_x.tolist() == [[[3.0, 3.0]]]  # the real parts of (1+1j)(1-2j) and of (1+1j) 3
    assert grad_weight.tolist() == [[[1 + 1j, 2 + 2j]]]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("uint8", "int64"),
        ("bool", "int64"),
        ("uint64", "uint64"),
        ("float16", "float16"),
        ("float32", "float32"),
        ("float64", "float64"),
        ("complex64", "complex64"),
        (">f4", "float32"),
    ],
)
def test_types_are_kept_and_integers_become_64_bits(given: str, wanted: str) -> None:
    x, weight, bias = np.ones((1, 2, 4), given), np.ones((3, 2, 2), given), np.ones(3, given)
    y = conv(x, weight, bias)
    back = conv_transpose(y.astype(given), weight, np.ones(2, given))
    for found in (y, back, *conv_vjp(y.astype(given), x, weight, bias)):
        assert found.dtype == np.dtype(wanted)
        assert found.dtype.isnative
        assert found.flags.writeable
    assert (y == 5).all()


def test_each_gradient_has_the_type_of_what_it_is_summed_from() -> None:
    x, weight = np.ones((1, 1, 3), np.float64), np.ones((1, 1, 2), np.float32)
    grad = np.ones((1, 1, 2), np.float32)
    assert [found.dtype for found in conv_vjp(grad, x, weight, [1])] == ["float32", "float64", "float32"]
    x, grad = np.ones((1, 1, 2), np.float64), np.ones((1, 1, 3), np.float32)
    assert [found.dtype for found in conv_transpose_vjp(grad, x, weight, [1])] == ["float32", "float64", "float32"]


def test_images_in_uint8_never_wrap() -> None:
    x = np.full((1, 1, 20, 20), 255, np.uint8)
    assert conv(x, np.full((1, 1, 20, 20), 255, np.uint8)).tolist() == [[[[255 * 255 * 400]]]]
    assert conv(x, [[[[1, -2]]]]).max() == -255


def test_float16_is_accumulated_in_float32() -> None:
    x, weight = np.ones((1, 1, 4097), np.float16), np.ones((1, 1, 4097), np.float16)
    assert conv(x, weight).tolist() == [[[float(np.float16(4097))]]]  # float16 sums of ones stop at 2048
    assert conv(x, weight, np.array([-4096], np.float16)).tolist() == [[[1.0]]]  # rounded once, at the end
    large = np.repeat([60000, -60000], 2).astype(np.float16).reshape(4, 1, 1) * np.ones((1, 2, 1), np.float16)
    *_, grad_bias = conv_vjp(large, np.zeros((4, 1, 1)), np.ones((2, 1, 1)), [0, 0])
    assert grad_bias.tolist() == [0, 0]  # two of them are infinite in float16


def test_nothing_is_written_into_inputs_and_any_memory_order_will_do() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, (6, 5, 4, 3)).transpose(3, 2, 0, 1)[:, ::-1]
    weight = np.asfortranarray(rng.integers(-9, 10, (2, 4, 3, 2)))
    bias = np.broadcast_to(np.int64(3), 2)
    for array in (x, weight):
        array.flags.writeable = False
    wanted = conv_loops(x.copy(), weight.copy(), bias.copy())
    assert np.array_equal(conv(x, weight, bias), wanted)
    one = conv(x, np.eye(4)[:, :, None, None])  # a kernel of one cell: still a new array
    assert np.array_equal(one, x)
    assert not np.shares_memory(one, x)
    grads = conv_vjp(wanted, x, weight, bias)
    assert all(g.flags.writeable and not np.shares_memory(g, wanted) for g in grads)


def test_lists_will_do() -> None:
    assert conv([[[1, 2, 3]]], [[[1, 1]]], [0.5]).tolist() == [[[3.5, 5.5]]]
    found = conv_vjp([[[1, 100]]], [[[1, 2, 3]]], [[[1, 10]]])
    assert [gradient.tolist() for gradient in found] == [[[[1, 110, 1000]]], [[[201, 302]]]]
    found = conv_transpose_vjp([[[1, 10, 100]]], [[[5]]], [[[1, 2, 3]]])
    assert [gradient.tolist() for gradient in found] == [[[[321]]], [[[5, 50, 500]]]]
    assert explain_plan([[[1, 2, 3]]], [[[1, 1]]]).chosen.problem.windows.output == (2,)


def test_what_equals_a_call_that_was_right_is_checked_all_the_same() -> None:
    x, weight = np.arange(12).reshape(1, 1, 3, 4), np.ones((1, 1, 2, 2), int)
    wanted = conv(x, weight)
    for one in (True, 1.0, np.float64(1)):
        with pytest.raises(TypeError, match="must be an integer"):
            conv(x, weight, stride=one, dilation=one)  # type: ignore[arg-type]
    assert np.array_equal(conv(x, weight, stride=[1, 1], dilation=[1, 1]), wanted)
    assert np.array_equal(conv(x, weight, stride=np.int64(1), dilation=np.int64(1)), wanted)


def test_an_empty_batch_gives_empty_outputs_and_zero_gradients() -> None:
    x, weight = np.zeros((0, 2, 5)), np.ones((3, 2, 2))
    assert conv(x, weight).shape == (0, 3, 4)
    grad_x, grad_weight, grad_bias = conv_vjp(np.zeros((0, 3, 4)), x, weight, np.ones(3))
    assert grad_x.shape == (0, 2, 5)
    assert not grad_weight.any()
    assert grad_weight.shape == (3, 2, 2)
    assert grad_bias.tolist() == [0, 0, 0]
    assert conv_transpose(np.zeros((0, 3, 4)), weight).shape == (0, 2, 5)


def test_padding_may_see_nothing_but_zeros() -> None:
    assert conv([[[1]]], [[[1, 10]]], [5], padding=[(3, 2)]).tolist() == [[[5, 5, 15, 6, 5]]]
    assert conv(np.zeros((1, 1, 0)), [[[1, 10]]], [5], padding=1).tolist() == [[[5]]]


def test_same_needs_no_counting() -> None:
    x = np.arange(1, 6)[None, None]
    assert conv(x, [[[1, 10]]], padding="same").tolist() == [[[21, 32, 43, 54, 5]]]  # the odd zero goes after
    assert conv(x, [[[1, 0, 10]]], padding="same").tolist() == [[[20, 31, 42, 53, 4]]]
    y = conv_transpose(x, [[[1, 10]]], padding="same")
    assert y.shape == x.shape
    assert conv(x, [[[1, 10]]], padding="valid").tolist() == [[[21, 32, 43, 54]]]


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.complex64])
def test_an_input_without_cells_is_all_padding_and_gets_no_gradient(axes: int, dtype: type) -> None:
    weight = np.arange(12 * 3**axes).reshape(6, 2, *(3,) * axes).astype(dtype)
    for batch, sizes in [(2, (0, 5)), (2, (0, 0)), (2, (5, 0)), (0, (0, 5))]:
        x = np.zeros((batch, 4, *sizes[:axes]), dtype)
        if 0 not in x.shape[2:]:
            continue
        for stride, dilation in [(1, 1), (2, 1), (1, 2), (3, 2)]:
            options: dict[str, Any] = {"stride": stride, "dilation": dilation, "padding": 3, "groups": 2}
            y = conv(x, weight, np.arange(6).astype(dtype), **options)
            assert np.array_equal(y, np.broadcast_to(np.arange(6).reshape(6, *(1,) * axes), y.shape))
            grad_x, grad_weight, grad_bias = conv_vjp(np.ones_like(y), x, weight, np.ones(6), **options)
            assert (grad_x.shape, grad_weight.shape) == (x.shape, weight.shape)
            assert not grad_weight.any()
            assert np.array_equal(grad_bias, np.full(6, y[:, 0].size))


@pytest.mark.parametrize("step", [2**20, 2**62, 2**63, 2**200])
def test_steps_that_are_never_taken_may_be_as_long_as_one_likes(step: int) -> None:
    rng = np.random.default_rng(5)
    x, weight = rng.integers(-9, 10, (2, 4, 5, 6)), rng.integers(-9, 10, (6, 2, 3, 2))
    for options, same in [
        ({"stride": step, "groups": 2}, {"stride": 9, "groups": 2}),
        ({"stride": (1, step), "padding": 1, "groups": 2}, {"stride": (1, 9), "padding": 1, "groups": 2}),
    ]:
        y = conv(x, weight, **options)
        assert np.array_equal(y, conv(x, weight, **same))
        for found, wanted in zip(conv_vjp(y, x, weight, **options), conv_vjp(y, x, weight, **same), strict=True):
            assert np.array_equal(found, wanted)
    for method in ("columns", "band", "taps"):
        y = conv(x, weight, stride=step, groups=2, method=method)
        assert np.array_equal(y, conv(x, weight, stride=9, groups=2))
        pointwise = conv(x, weight[..., :1, :1], dilation=step, groups=2, method=method)
        assert np.array_equal(pointwise, conv(x, weight[..., :1, :1], groups=2))
    one = rng.integers(-9, 10, (2, 6, 1, 1))
    for extra in (0, 3):
        y = conv_transpose(one, weight, stride=step, output_padding=extra, groups=2)
        assert np.array_equal(y, conv_transpose(one, weight, stride=4, output_padding=extra, groups=2))
        pulled = conv_transpose_vjp(y, one, weight, stride=step, output_padding=extra, groups=2)
        wanted = conv_transpose_vjp(y, one, weight, stride=4, output_padding=extra, groups=2)
        assert all(np.array_equal(a, b) for a, b in zip(pulled, wanted, strict=True))
    assert explain_plan(x, weight, stride=step, groups=2).chosen.problem.windows.stride == (1, 1)


def in_python(x: Any, weight: Any) -> list[int]:
    """Slide one line over another in Python's integers."""
    (((x,),), ((weight,),)) = np.asarray(x).tolist(), np.asarray(weight).tolist()
    return [sum(a * b for a, b in zip(x[i:], weight, strict=False)) for i in range(len(x) - len(weight) + 1)]


def assert_modulo(found: np.ndarray, wanted: list[int], dtype: type) -> None:
    assert found.dtype == dtype
    assert [number % 2**64 for number in found.ravel().tolist()] == [number % 2**64 for number in wanted]


@pytest.mark.parametrize("weight", [[[[1, 2, 1]]], [[[1, -2, 1]]], [[[True, False, True]]]])
@pytest.mark.parametrize("other", [None, np.int8, np.int64, np.uint8])
@pytest.mark.parametrize("largest", [100, 2**63 + 12_345, 2**64 - 1])
def test_unsigned_and_signed_integers_are_summed_modulo_two_to_the_64(weight: Any, other: Any, largest: int) -> None:
    signed = min(weight[0][0]) < 0
    if signed and other == np.uint8:
        return
    weight = weight if other is None else np.array(weight, other)
    dtype = np.int64 if signed else np.uint64
    x = np.array([[[largest, 3, largest // 2, 1, largest - 1]]], np.uint64)
    sums = in_python(x, weight)
    assert_modulo(conv(x, weight), sums, dtype)
    assert_modulo(conv(weight, x[..., :2]), in_python(weight, x[..., :2]), dtype)
    for bias in ([7], np.array([2**63 + 7], np.uint64), np.array([7], np.int8)):
        assert_modulo(conv(x, weight, bias), [number + int(bias[0]) for number in sums], dtype)
        assert_modulo(conv_loops(x >> 40, weight, bias), conv(x >> 40, weight, bias).ravel().tolist(), dtype)
    unsigned = np.array([[[1, 2, 1]]], np.uint64)
    assert_modulo(conv(x, unsigned, [-1]), [number - 1 for number in in_python(x, unsigned)], np.int64)

    spread = in_python([[[0, 0, *np.asarray(weight)[0, 0].tolist(), 0, 0]]], x[..., 2::-1])
    for found in (conv_vjp(weight, unsigned.repeat(2, 2)[..., :5], x[..., :3])[0], conv_transpose(weight, x[..., :3])):
        assert_modulo(found, spread, dtype)
    assert_modulo(conv_vjp(weight, x, unsigned)[1], sums, dtype)
    assert_modulo(conv_transpose_vjp(x, weight, unsigned)[1], sums, dtype)
    assert_modulo(conv_transpose_vjp(x, np.ones((1, 1, 3)), weight)[0], sums, dtype)
