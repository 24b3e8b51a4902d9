"""The layers of a small network: their gradients, and that one learns to read digits."""

import numpy as np
import pytest

from convbook import conv, global_avg_pool, max_pool
from convbook.nn import (
    SGD,
    AvgPool,
    Conv,
    Dense,
    Flatten,
    GlobalAvgPool,
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


@pytest.mark.parametrize(
    "layer", [MaxPool(2), ReLU(), Flatten(), GlobalAvgPool(), Dense(1, 1, rng=np.random.default_rng())]
)
def test_backward_needs_a_forward(layer: Layer) -> None:
    with pytest.raises(RuntimeError, match="needs a `forward` before it"):
        layer.backward([[1.0]])


def test_step_needs_a_backward() -> None:
    with pytest.raises(RuntimeError, match="needs a `backward`"):
        SGD(Dense(1, 1, rng=np.random.default_rng(0)), 0.1).step()


def test_a_lenet_learns_to_read_digits() -> None:
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn ships the digits")
    threads = pytest.importorskip("threadpoolctl", reason="scikit-learn needs it too")
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
    with threads.threadpool_limits(1):  # for products as small as these, threads only wait for each other
        for _ in range(12):
            for batch in np.array_split(rng.permutation(np.arange(len(x))[train]), 45):
                _, grad = cross_entropy(model.forward(x[batch]), labels[batch])
                model.backward(grad)
                optimizer.step()
    assert accuracy() >= 0.95
