"""The layers of a small network: their gradients, and that one learns to read digits."""

from collections.abc import Callable

import numpy as np
import pytest

from convbook import conv, global_avg_pool, global_max_pool, max_pool
from convbook.nn import (
    SGD,
    AvgPool,
    Conv,
    Dense,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    Layer,
    MaxPool,
    ReLU,
    Sequential,
    cross_entropy,
)


def small_network(rng: np.random.Generator) -> Sequential:
    """Use every layer once, with nothing square."""
    return Sequential(
        Conv(2, 4, (3, 2), stride=(1, 2), padding="valid", rng=rng),
        ReLU(),
        MaxPool((2, 1), stride=1),
        Conv(4, 6, 2, padding=((1, 0), (0, 1)), groups=2, dilation=(1, 2), rng=rng),
        AvgPool(2, padding=1),
        ReLU(),
        GlobalAvgPool(),
        Flatten(),
        Dense(6, 3, rng=rng),
    )


def test_every_gradient_agrees_with_finite_differences() -> None:
    rng = np.random.default_rng(0)
    model = small_network(rng)
    x, labels = rng.normal(size=(5, 2, 7, 9)), rng.integers(0, 3, 5)
    for bias in (array for name, array in model.parameters.items() if "bias" in name):
        bias[:] = rng.normal(size=bias.shape) / 10
    loss, grad = cross_entropy(model.forward(x), labels)
    grad_x = model.backward(grad)
    checked = {"x": (x, grad_x)} | {name: (model.parameters[name], model.gradients[name]) for name in model.gradients}
    assert len(checked) == 7
    for array, gradient in checked.values():
        assert array.shape == gradient.shape
        for _ in range(6):
            place = tuple(int(rng.integers(n)) for n in array.shape)
            kept, losses = array[place], []
            for step in (1e-5, -1e-5):
                array[place] = kept + step
                losses.append(cross_entropy(model.forward(x), labels)[0])
            array[place] = kept
            assert (losses[0] - losses[1]) / 2e-5 == pytest.approx(gradient[place], rel=1e-5, abs=1e-8)
    assert cross_entropy(model.forward(x), labels)[0] == loss


def test_layers_are_thin_shells_over_the_functions() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 2, 6, 7))
    layer = Conv(2, 4, 3, padding=1, stride=2, groups=2, rng=rng)
    weight, bias = layer.parameters["weight"], layer.parameters["bias"]
    assert np.array_equal(layer.forward(x), conv(x, weight, bias, padding=1, stride=2, groups=2))
    assert np.array_equal(MaxPool(3, stride=2, padding=1).forward(x), max_pool(x, 3, stride=2, padding=1))
    assert np.array_equal(GlobalAvgPool().forward(x), global_avg_pool(x))
    assert np.array_equal(GlobalMaxPool().forward(x), global_max_pool(x))


def test_a_global_maximum_is_one_window_that_holds_all() -> None:
    rng = np.random.default_rng(0)
    for shape in ((2, 3, 7), (2, 3, 4, 5), (1, 2, 3, 2, 4)):
        x = rng.integers(0, 3, size=shape)  # many equal maxima
        layer, window = GlobalMaxPool(), MaxPool(shape[2:])
        y = layer.forward(x)
        grad = rng.normal(size=y.shape)
        assert np.array_equal(y, window.forward(x))
        assert np.array_equal(layer.backward(grad), window.backward(grad))
        with pytest.raises(ValueError, match=r"^`grad` \(of shape "):
            layer.backward(grad[:, :1])


def test_an_int_kernel_has_two_axes_and_a_sequence_says_how_many() -> None:
    rng = np.random.default_rng(0)
    assert Conv(1, 2, 3, rng=rng).parameters["weight"].shape == (2, 1, 3, 3)
    assert Conv(1, 2, (3,), rng=rng).parameters["weight"].shape == (2, 1, 3)
    assert Conv(4, 2, (3, 1, 2), groups=2, rng=rng).parameters["weight"].shape == (2, 2, 3, 1, 2)


def test_the_same_seed_gives_the_same_network() -> None:
    first, second = (small_network(np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(a, second.parameters[name]) for name, a in first.parameters.items())


def test_weights_start_with_a_variance_of_two_over_the_inputs() -> None:
    rng = np.random.default_rng(0)
    layers = [Conv(8, 64, 5, groups=2, rng=rng), Dense(100, 64, rng=rng)]
    for layer, inputs in zip(layers, (4 * 25, 100), strict=True):
        assert layer.parameters["weight"].var() == pytest.approx(2 / inputs, rel=0.05)
        assert not layer.parameters["bias"].any()


def test_momentum_adds_up_past_gradients() -> None:
    layer = Dense(1, 1, rng=np.random.default_rng(0))
    layer.parameters["weight"][:] = 0
    optimizer = SGD(layer, learning_rate=0.1, momentum=0.9)
    velocity = wanted = 0.0
    for gradient in (1.0, -2.0, 0.5):
        layer.gradients = {"weight": np.array([[gradient]]), "bias": np.array([0.0])}
        optimizer.step()
        velocity = 0.9 * velocity + gradient
        wanted -= 0.1 * velocity
        assert layer.parameters["weight"][0, 0] == pytest.approx(wanted, rel=1e-15)


def test_cross_entropy_is_stable_and_its_gradient_sums_to_zero() -> None:
    loss, grad = cross_entropy([[1000, 0, -1000], [0, 0, 0]], [1, 2])
    assert loss == pytest.approx((1000 + np.log(3)) / 2, rel=1e-15)
    assert grad == pytest.approx(np.array([[0.5, -0.5, 0], [1 / 6, 1 / 6, -1 / 3]]), abs=1e-15)
    assert cross_entropy(np.array([[1, 0]], np.uint8), [0])[0] == pytest.approx(np.log(1 + np.exp(-1)), rel=1e-15)


def test_training_changes_the_arrays_of_the_layers_themselves() -> None:
    rng = np.random.default_rng(0)
    dense = Dense(2, 2, rng=rng)
    model = Sequential(Flatten(), dense)
    before = dense.parameters["weight"].copy()
    model.backward(cross_entropy(model.forward([[1.0, 2.0]]), [0])[1])
    SGD(model, 0.1).step()
    assert (dense.parameters["weight"] != before).all()


def test_relu_passes_nothing_at_zero_and_keeps_nan() -> None:
    layer = ReLU()
    assert np.isnan(layer.forward([np.nan, 0.0])[0])
    assert layer.backward([1.0, 1.0]).tolist() == [0, 0]


def test_relu_passes_no_infinity_and_no_nan_where_the_input_is_not_positive() -> None:
    for dtype in ("float16", "float32", ">f8", "complex64"):
        layer = ReLU()
        layer.forward([-1.0, 0.0, np.nan, 2.0])
        found = layer.backward(np.array([np.inf, -np.inf, np.nan, np.inf], dtype))
        assert found.dtype == np.dtype(dtype).newbyteorder("=")
        assert found.tolist() == [0, 0, 0, np.inf]
    assert layer.backward(np.array([1, 2, 3, 200], np.uint8)).tolist() == [0, 0, 0, 200]


LAYERS: list[Callable[[], Layer]] = [
    lambda: Conv(2, 3, (2,), rng=np.random.default_rng(0)),
    lambda: Dense(2, 3, rng=np.random.default_rng(0)),
    lambda: MaxPool(2),
    lambda: AvgPool(2),
    GlobalAvgPool,
    GlobalMaxPool,
    ReLU,
    Flatten,
]


@pytest.mark.parametrize("make", LAYERS)
@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int8", "uint64", "int64", "float16", "float32", ">f4", "longdouble"]
)
def test_numbers_of_any_type_have_the_outputs_and_gradients_that_they_have_in_float64(
    make: Callable[[], Layer], dtype: str
) -> None:
    rng = np.random.default_rng(0)
    high = 1 if dtype == "bool" else 100
    shape = (5, 2) if isinstance(make(), Dense) else (5, 2, 4)
    x = rng.integers(0, high + 1, shape).astype(dtype)
    layer, wanted = make(), make()
    y, exact = layer.forward(x), wanted.forward(x.astype(float))
    tolerance = 2e-3 if dtype == "float16" else 1e-6
    assert np.allclose(y.astype(float), exact, rtol=tolerance, atol=0.02 if dtype == "float16" else 1e-4)
    grad = rng.integers(0, high + 1, y.shape).astype(dtype)
    back, exact = layer.backward(grad), wanted.backward(grad.astype(float))
    assert np.allclose(back.astype(float), exact, rtol=tolerance, atol=0.02 if dtype == "float16" else 1e-4)
    assert list(layer.gradients) == list(wanted.gradients)
    for name, found in layer.gradients.items():
        assert found.shape == layer.parameters[name].shape
        assert np.allclose(found.astype(float), wanted.gradients[name], rtol=tolerance, atol=0)


def test_the_gradients_of_dense_are_sums_of_64_bits() -> None:
    layer = Dense(1, 1, rng=np.random.default_rng(0))
    layer.parameters["weight"][:] = 2
    layer.forward(np.full((3, 1), 200, np.uint8))
    assert layer.backward(np.full((3, 1), 200, np.uint8)).tolist() == [[400.0]] * 3
    assert {name: (array.tolist(), array.dtype) for name, array in layer.gradients.items()} == {
        "weight": ([[3 * 40000]], np.int64),
        "bias": ([600], np.int64),
    }
    layer.parameters |= {"weight": np.full((1, 1), 100, np.int8), "bias": np.full(1, 100, np.int8)}
    assert layer.forward(np.full((1, 1), 100, np.int8)).tolist() == [[10100]]
    assert layer.backward(np.full((1, 1), 100, np.int8)).tolist() == [[10000]]


def test_dense_takes_no_examples_and_complex_ones() -> None:
    layer = Dense(3, 2, rng=np.random.default_rng(0))
    assert layer.forward(np.zeros((0, 3))).shape == (0, 2)
    assert layer.backward(np.zeros((0, 2))).shape == (0, 3)
    assert not layer.gradients["weight"].any()
    x = np.array([[1 + 2j, 3, -1j]])
    y = layer.forward(x)
    assert np.allclose(y, x @ layer.parameters["weight"].T)
    # Real weights have a real gradient: of |y|**2 / 2, by which the loss changes along it.
    layer.backward(y)
    weight, step = layer.parameters["weight"], np.random.default_rng(1).normal(size=(2, 3)) * 1e-6
    change = (np.linalg.norm(x @ (weight + step).T) ** 2 - np.linalg.norm(x @ (weight - step).T) ** 2) / 4
    assert np.sum(layer.gradients["weight"] * step) == pytest.approx(change, rel=1e-6)


def test_the_gradient_of_a_dense_bias_is_as_accurate_wherever_the_numbers_lie() -> None:
    layer = Dense(1, 2, rng=np.random.default_rng(0))
    layer.forward(np.zeros((1 << 20, 1), np.float32))
    for grad in (np.full((1 << 20, 2), 0.1, np.float32), np.full((2, 1 << 20), 0.1, np.float32).T):
        layer.backward(grad)
        assert layer.gradients["bias"] / float(np.float32(0.1)) == pytest.approx([1 << 20] * 2, rel=4e-6)


def test_cross_entropy_of_many_classes_is_as_accurate_wherever_the_scores_lie() -> None:
    for scores in (np.zeros((1, 1 << 20), np.float32), np.zeros((1 << 20, 2), np.float32).T):
        scores[:, 0] = 8
        exact = -np.log(np.exp(np.float64(-8)) / (1 + ((1 << 20) - 1) * np.exp(np.float64(-8))))
        loss, grad = cross_entropy(scores, np.ones(len(scores), int))
        assert loss == pytest.approx(exact, rel=1e-6)
        assert grad.sum(axis=1, dtype=float) == pytest.approx(np.zeros(len(scores)), abs=2e-6)


def test_infinite_scores_take_all_probability_and_minus_infinite_ones_none() -> None:
    inf = np.inf
    loss, grad = cross_entropy([[inf, 0.0, inf], [-inf, 1.0, 1.0], [-inf, -inf, -inf]], [0, 1, 2])
    assert loss == pytest.approx((np.log(2) + np.log(2) + np.log(3)) / 3, rel=1e-15)
    assert 3 * grad == pytest.approx(np.array([[-0.5, 0, 0.5], [0, -0.5, 0.5], [1 / 3, 1 / 3, -2 / 3]]), abs=1e-15)
    loss, grad = cross_entropy([[-inf, 0.0]], [0])
    assert (loss, grad.tolist()) == (inf, [[-1, 1]])
    assert str(cross_entropy([[inf, 0.0]], [0])[0]) == "0.0"
    loss, grad = cross_entropy([[1e308, -1e308], [0.0, 0.0]], [0, 1])
    assert loss == pytest.approx(np.log(2) / 2, rel=1e-15)
    loss, grad = cross_entropy([[np.nan, 0.0], [0.0, 0.0]], [0, 1])
    assert np.isnan(loss)
    assert np.isnan(grad[0]).all()
    assert grad[1].tolist() == [0.25, -0.25]


@pytest.mark.parametrize("dtype", ["int64", "uint64", "int8", "uint8"])
def test_differences_of_integer_scores_are_exact(dtype: str) -> None:
    high, low = int(np.iinfo(dtype).max), int(np.iinfo(dtype).min)
    loss, grad = cross_entropy(np.array([[high, high - 1, low]], dtype), np.array([1], np.uint64))
    assert loss == pytest.approx(1 + np.log(1 + np.exp(-1)), rel=1e-12)
    assert grad.dtype == np.float64
    assert grad[0, 2] == pytest.approx(0, abs=1e-30)
    assert cross_entropy(np.array([[True, False]]), [0])[0] == pytest.approx(np.log(1 + np.exp(-1)), rel=1e-15)


def test_gradients_of_scores_keep_the_type_of_floats() -> None:
    for dtype in ("float16", "float32", "float64", ">f4"):
        assert cross_entropy(np.zeros((2, 3), dtype), [0, 2])[1].dtype == np.dtype(dtype).newbyteorder("=")


@pytest.mark.parametrize("shared", [ReLU(), Flatten(), Sequential(), Dense(2, 2, rng=np.random.default_rng(0))])
def test_a_layer_that_comes_twice_is_refused_wherever_it_stands(shared: Layer) -> None:
    for layers in (
        (shared, shared),
        (shared, ReLU(), shared),
        (Sequential(shared), shared),
        (shared, Sequential(ReLU(), Sequential(shared))),
        (Sequential(Sequential(shared)), Sequential(shared, ReLU())),
    ):
        last = len(layers) - 1
        with pytest.raises(ValueError, match=rf"^`layers\[{last}\]` must share no layer with those before"):
            Sequential(*layers)
    assert len(Sequential(shared, Sequential(ReLU()), ReLU()).layers) == 3


def test_an_array_that_replaces_another_in_its_layer_is_trained() -> None:
    dense = Dense(2, 2, rng=np.random.default_rng(0))
    model = Sequential(Flatten(), Sequential(dense))
    optimizer = SGD(model, 0.5, momentum=0.5)
    for name, array in dense.parameters.items():
        dense.parameters[name] = array.astype(np.float32)
    before = dense.parameters["weight"].copy()
    y = model.forward(np.ones((1, 2), np.float32))
    assert y.dtype == np.float32
    model.backward(np.ones((1, 2), np.float32))
    optimizer.step()
    assert dense.parameters["weight"].dtype == np.float32
    assert np.array_equal(dense.parameters["weight"], before - np.float32(0.5))
    assert model.parameters["1.0.weight"] is dense.parameters["weight"]


def test_an_array_that_its_layer_would_not_see_is_refused() -> None:
    model = Sequential(Dense(2, 2, rng=np.random.default_rng(0)))
    model.parameters["0.weight"] *= 2  # in place
    model.forward([[1.0, 2.0]])
    model.parameters["0.weight"] = np.zeros((2, 2))
    with pytest.raises(
        RuntimeError, match=r"^`parameters\['0\.weight'\]` must be replaced in its layer, which would not see"
    ):
        model.forward([[1.0, 2.0]])


def test_single_precision_is_trained_in_single_precision() -> None:
    layer = Dense(2, 1, rng=np.random.default_rng(0))
    layer.parameters = {name: array.astype(np.float32) for name, array in layer.parameters.items()}
    optimizer = SGD(layer, 0.1, momentum=0.9)
    for dtype in (np.float32, np.float64, np.int64):
        layer.forward(np.ones((1, 2), dtype))
        layer.backward(np.ones((1, 1), dtype))
        optimizer.step()
    assert {array.dtype for array in layer.parameters.values()} == {np.dtype(np.float32)}
    assert layer.parameters["bias"] == pytest.approx(-0.1 * (1 + 1.9 + 2.71), rel=1e-6)


def test_a_refused_input_is_not_remembered() -> None:
    rng = np.random.default_rng(0)
    for layer in (
        Conv(1, 1, (2,), rng=rng),
        MaxPool(2),
        AvgPool(2),
        GlobalAvgPool(),
        GlobalMaxPool(),
        Dense(4, 1, rng=rng),
    ):
        x = rng.normal(size=(2, 4) if isinstance(layer, Dense) else (2, 1, 4))
        y = layer.forward(x)
        back = layer.backward(y)
        with pytest.raises(ValueError, match="`"):
            layer.forward(x[..., :0])
        assert np.array_equal(layer.backward(y), back)


def test_the_last_batch_counts_and_its_gradient_may_be_asked_for_twice() -> None:
    rng = np.random.default_rng(0)
    model, x = small_network(rng), rng.normal(size=(5, 2, 7, 9))
    model.forward(x)
    model.forward(x[:2])
    first = model.backward(np.ones((2, 3))), {name: array.copy() for name, array in model.gradients.items()}
    again = model.backward(np.ones((2, 3)))
    assert np.array_equal(first[0], again)
    assert all(np.array_equal(array, model.gradients[name]) for name, array in first[1].items())
    with pytest.raises(ValueError, match=r"^`grad` \(of shape \(5, 3\)\) must have the shape \(2, 3\)"):
        model.backward(np.ones((5, 3)))


@pytest.mark.parametrize(
    "layer",
    [MaxPool(2), ReLU(), Flatten(), GlobalAvgPool(), GlobalMaxPool(), Dense(1, 1, rng=np.random.default_rng())],
)
def test_backward_needs_a_forward(layer: Layer) -> None:
    with pytest.raises(RuntimeError, match="needs a `forward` before it"):
        layer.backward([[1.0]])


def test_step_needs_a_backward() -> None:
    with pytest.raises(RuntimeError, match="needs a `backward`"):
        SGD(Dense(1, 1, rng=np.random.default_rng(0)), 0.1).step()


def test_a_lenet_learns_to_read_digits() -> None:
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn ships the digits")
    from threadpoolctl import threadpool_limits

    digits = datasets.load_digits()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(digits.target))
    x, labels = digits.images[order, None] / 16, digits.target[order]
    test, train = slice(0, 360), slice(360, None)
    model = Sequential(
        Conv(1, 8, 3, padding="same", rng=rng),
        ReLU(),
        MaxPool(2),
        Conv(8, 16, 3, padding="same", rng=rng),
        ReLU(),
        MaxPool(2),
        Flatten(),
        Dense(64, 32, rng=rng),
        ReLU(),
        Dense(32, 10, rng=rng),
    )

    def accuracy() -> float:
        return float((model.forward(x[test]).argmax(axis=1) == labels[test]).mean())

    assert accuracy() < 0.3
    optimizer = SGD(model, learning_rate=0.02, momentum=0.9)
    with threadpool_limits(1):  # for products as small as these, threads only wait for each other
        for _ in range(12):
            for batch in np.array_split(rng.permutation(np.arange(len(x))[train]), 45):
                _, grad = cross_entropy(model.forward(x[batch]), labels[batch])
                model.backward(grad)
                optimizer.step()
    assert accuracy() >= 0.95
