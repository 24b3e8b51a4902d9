"""What snippets copy of the library gives what the library gives: over types, options, sizes and magnitudes."""

import inspect
import itertools
import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from apart import printed_by

import convbook
from book.execution.chapters import Cell
from book.snippets import compact_forms, function_snippet, snippets_of
from book.snippets.bare import without_checks
from book.snippets.inline import NotAvailable, inlined
from convbook import _arguments as arguments
from convbook import definitions, kernels, matrices, nn, properties

KINDS = ["?", "i1", "u1", "i8", "u8", "e", "f", "d", ">f4", "F", "D"]
PAIRS = [("u1", "i8"), ("i1", "f"), ("?", "d"), ("e", "f"), ("f", "d"), ("e", "F"), ("d", "F"), ("F", "D"), ("i8", "D")]
BORDERS = ["constant", "edge", "reflect", "symmetric", "wrap"]


@cache
def form(name: str) -> Callable[..., Any]:
    """Give the function that a snippet copies: it is made from the snippet's text."""
    code, reason = function_snippet(name)
    assert code is not None, reason
    assert "convbook" not in code.partition("\n")[2]
    made: dict[str, Any] = {"__name__": name}
    exec(compile(code, f"the snippet of {name}", "exec"), made)
    return made[name.rpartition(".")[2]]


def of_library(name: str) -> Callable[..., Any]:
    found: Any = convbook
    for part in name.split("."):
        found = getattr(found, part)
    return found


def agree(name: str, *args: Any, **kwargs: Any) -> Any:
    """Compare a form with the library; what that refuses may give anything. Return what the library gives."""
    with np.errstate(all="ignore"):
        try:
            want = of_library(name)(*args, **kwargs)
        except (TypeError, ValueError):
            return None
        got = form(name)(*args, **kwargs)
    _compare(want, got, f"{name} of {[getattr(a, 'dtype', a) for a in args]} with {kwargs}")
    return want


def _compare(want: Any, got: Any, what: str) -> None:
    if isinstance(want, tuple | list):
        assert len(got) == len(want), what
        for one, other in zip(want, got, strict=True):
            _compare(one, other, what)
        return
    if not isinstance(want, np.ndarray):
        assert got == pytest.approx(want, rel=1e-12, abs=1e-14) if isinstance(want, float) else got == want, what
        return
    assert (want.shape, want.dtype) == (got.shape, got.dtype), what
    if want.dtype.kind in "fc" and want.size:
        finite = np.isfinite(want)
        scale = np.max(np.abs(want[finite].astype(np.clongdouble)), initial=0)
        tolerance = float(32 * np.finfo(want.dtype).eps * scale)
        np.testing.assert_allclose(got, want, rtol=0, atol=tolerance, err_msg=what)
    else:
        np.testing.assert_array_equal(got, want, err_msg=what)


def draw(rng: np.random.Generator, kind: str, *shape: int) -> Any:
    """Draw numbers of a type, positive and negative where it has such."""
    dtype = np.dtype(kind)
    if dtype.kind in "bu":
        return rng.integers(0, 2 if dtype.kind == "b" else 100, shape).astype(dtype)
    if dtype.kind == "i":
        return rng.integers(-100, 100, shape).astype(dtype)
    parts = rng.normal(size=(2, *shape))
    return (parts[0] + 1j * parts[1] if dtype.kind == "c" else parts[0]).astype(dtype)


def settings(seed: int) -> Iterator[tuple[np.random.Generator, list[int], list[int], int, dict[str, Any]]]:
    """Draw the sizes and the options of some layers, in which everything may differ."""
    for one in range(3):
        rng = np.random.default_rng([seed, one])
        axes = int(rng.integers(1, 4))
        spatial, kernel = rng.integers(4, 8, axes).tolist(), rng.integers(1, 4, axes).tolist()
        options: dict[str, Any] = {
            "stride": rng.integers(1, 4, axes).tolist(),
            "padding": [tuple(pair) for pair in rng.integers(0, 2, (axes, 2)).tolist()],
            "dilation": rng.integers(1, 3, axes).tolist(),
        }
        if one == 1:
            options = {"padding": "same", "dilation": 2}
        if one == 2:
            options["padding"] = [(1, 0), 1, 0][:axes] if axes > 1 else "valid"
        yield rng, spatial, kernel, int(rng.integers(1, 3)), options


# Layers, over types and options -------------------------------------------------------------------------------
@pytest.mark.parametrize("kinds", [(kind, kind) for kind in KINDS] + PAIRS, ids="-".join)
@pytest.mark.parametrize("batch", [2, 0])
def test_layers(kinds: tuple[str, str], batch: int) -> None:
    ran = 0
    for rng, spatial, kernel, groups, options in settings(KINDS.index(kinds[0])):
        x, bias = draw(rng, kinds[0], batch, 2 * groups, *spatial), draw(rng, kinds[1], 3 * groups)
        weight = draw(rng, kinds[1], 3 * groups, 2, *kernel)
        for one in (None, bias, draw(rng, "d", len(bias))):
            y = agree("conv", x, weight, one, groups=groups, **options)
            if y is not None:
                ran += 1
                for kind in (kinds[0], kinds[1], "D"):
                    grad = draw(rng, kind, *y.shape)
                    agree("conv_vjp", grad, x, weight, one, groups=groups, **options)
            back = draw(rng, kinds[1], 2 * groups, 3, *kernel)
            agree("conv_transpose", x, back, one, groups=groups, **options)
            agree("conv_transpose", x, back, one, groups=groups, stride=3, output_padding=1)
        columns = agree("unfold", x, kernel, **options)
        if columns is not None:
            agree("fold", columns, spatial, kernel, **options)
        small = x[(slice(1), slice(None), *[slice(4)] * len(spatial))]
        agree("definitions.conv_loops", small, weight[..., :2], bias, groups=groups, **options)
    assert ran


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch", [2, 0])
def test_poolings(kind: str, batch: int) -> None:
    ran = 0
    for rng, spatial, kernel, _, options in settings(KINDS.index(kind) + 50):
        x = draw(rng, kind, batch, 3, *spatial)
        for up in (False, True):
            y = agree("max_pool", x, kernel, ceil_mode=up, **options)
            agree("max_pool", x, kernel, ceil_mode=up, return_indices=True, **options)
            if y is not None:
                agree("max_pool_vjp", draw(rng, kind, *y.shape), x, kernel, ceil_mode=up, **options)
            for counts in ({}, {"count_include_pad": False}, {"divisor_override": 3}, {"divisor_override": -2}):
                y = agree("avg_pool", x, kernel, ceil_mode=up, **options, **counts)
                if y is not None:
                    ran += 1
                    grad = draw(rng, kind, *y.shape)
                    agree("avg_pool_vjp", grad, x, kernel, ceil_mode=up, **options, **counts)
            agree("definitions.pool_loops", x[:1], kernel, sum, ceil_mode=up, **options)
        agree("max_pool", x, 2)
        agree("avg_pool", x, 2)
        agree("global_avg_pool", x)
        agree("global_max_pool", x)
        agree("adaptive_avg_pool", x, 3)
        agree("adaptive_max_pool", x, [2, *[None] * (len(spatial) - 1)], return_indices=True)
    assert ran


# Signals ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kinds", [(kind, kind) for kind in KINDS] + PAIRS, ids="-".join)
def test_signals(kinds: tuple[str, str]) -> None:
    for rng, spatial, kernel, _, _ in settings(KINDS.index(kinds[0]) + 100):
        x, h = draw(rng, kinds[0], *spatial), draw(rng, kinds[1], *kernel)
        for name, mode, border in itertools.product(("convolve", "correlate"), ("full", "same", "valid"), BORDERS):
            assert agree(name, x, h, mode, boundary=border) is not None
        agree("convolve", h, x, "valid")
        agree("correlate", h, x, "same")
        agree("convolve", x, h, fill_value=1)
        blocks = np.split(x, [1, 1, len(x) - 1])
        found = [list(make("convolve_blocks")(blocks, h)) for make in (of_library, form)]
        _compare(*found, f"convolve_blocks of {[array.dtype for array in (x, h)]}")
        agree("normalized_correlate", x, draw(rng, kinds[1], *[2] * x.ndim))
        widths = rng.integers(0, 3, (x.ndim, 2)).tolist()
        for rule in BORDERS:
            y = agree("pad", x, widths, rule)
            agree("pad_vjp", draw(rng, kinds[1], *y.shape), x, widths, rule)
        for rule in ("reflect", "symmetric"):
            y = agree("pad", x, widths, rule, reflect_type="odd")
            agree("pad_vjp", draw(rng, kinds[1], *y.shape), x, widths, rule, reflect_type="odd")
        y = agree("pad", x, {0: 2}, value=1)
        agree("pad_vjp", draw(rng, kinds[1], *y.shape), x, {0: 2}, "constant")
        agree("matrices.toeplitz", h.ravel(), 7)
        agree("matrices.circulant", h.ravel(), 2)
    line, image = draw(rng, kinds[0], 9), draw(rng, kinds[0], 3, 6, 7)
    for name in ("corr1d", "definitions.convolve1d", "definitions.correlate1d", "definitions.convolve_loops"):
        assert agree(name, line, draw(rng, kinds[1], 3)) is not None
    agree("corr2d", image[0], draw(rng, kinds[1], 2, 3))
    agree("corr2d_multi_in", image, draw(rng, kinds[1], 3, 2, 3))
    agree("corr2d_multi_in_out", image, draw(rng, kinds[1], 2, 3, 2, 3))
    agree("pool2d", image[0], (2, 3))
    agree("pool2d", image[0], 2, "avg")
    agree("kernels.separate", image[0])


# Magnitudes ---------------------------------------------------------------------------------------------------
LARGE = {"d": [1e150, 1e-150, 1e200, 1e-200, 1e300], "f": [1e15, 1e-15, 1e30, 3e37], "e": [100.0, 6e4, 1e-4]}


@pytest.mark.parametrize(("kind", "size"), [(kind, size) for kind, sizes in LARGE.items() for size in sizes])
def test_large_and_small_numbers(kind: str, size: float) -> None:
    rng = np.random.default_rng(0)
    x = (np.sign(rng.normal(size=(1, 2, 6, 7))) * rng.uniform(0.5, 1, (1, 2, 6, 7)) * size).astype(kind)
    weight = rng.normal(size=(3, 2, 2, 3)).astype(kind)
    y = agree("conv", x, weight)
    agree("conv_vjp", draw(rng, kind, *y.shape), x, weight)
    agree("conv_transpose", x, weight[:2])
    agree("convolve", x[0, 0], weight[0, 0])
    agree("correlate", weight[0, 0], x[0, 0], "same")
    agree("normalized_correlate", x[0, 0], x[0, 0, :3, :3])
    agree("normalized_correlate", 1 + x[0, 0] * 0, x[0, 0, :3, :3])
    agree("normalized_correlate", weight[0, 0], x[0, 0, :2, :2])
    for name in ("max_pool", "avg_pool"):
        agree(name, np.abs(x), 2)
        agree(name, x, 2, padding=1)
        agree(f"{name}_vjp", x[:, :, :3, :3], x, 2)
    agree("global_avg_pool", x)
    agree("fold", agree("unfold", x, 2), (6, 7), 2)
    agree("pad_vjp", x[0], x[0, :, 1:-1], [(0, 0), (1, 1), (0, 0)], "reflect")
    agree("pool2d", x[0, 0], 2, "avg")


def test_means_of_integers_are_those_of_their_sums_and_the_snippet_says_up_to_where() -> None:
    for kind in ("i8", "u8", "i4", "u1", "?"):
        rng = np.random.default_rng(0)
        largest = min(int(np.iinfo(kind).max), 2**50) if kind != "?" else 1
        x = rng.integers(0, largest, (2, 2, 4, 4), endpoint=True).astype(kind)
        assert agree("avg_pool", x, 2) is not None
        assert agree("global_avg_pool", x) is not None
    assert "exact below 2**53" in function_snippet("avg_pool")[0]


def test_means_of_long_float32_planes_do_not_depend_on_where_they_lie() -> None:
    x = np.full((1, 1, 1200, 1000), 0.1, np.float32)
    for plane in (x, x.transpose(0, 1, 3, 2), np.asfortranarray(x)):
        assert form("global_avg_pool")(plane) == pytest.approx(0.1, rel=1e-6)
        assert form("avg_pool")(plane[..., :300, :300], 300) == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", ["e", "f", "d"])
def test_what_is_not_finite_stays_where_it_is_seen(kind: str, value: float) -> None:
    rng = np.random.default_rng(0)
    x, weight = draw(rng, kind, 1, 2, 6, 7), draw(rng, kind, 3, 2, 2, 2)
    x[0, 0, 2, 3] = value
    agree("conv", x, weight, padding=1)
    agree("convolve", x[0, 0], weight[0, 0])
    agree("normalized_correlate", x[0, 0], weight[0, 0])
    for up, padding in itertools.product((False, True), (0, 1)):
        agree("max_pool", x, 2, padding=padding, ceil_mode=up, return_indices=True)
        agree("avg_pool", x, 2, padding=padding, ceil_mode=up, count_include_pad=False)
    agree("max_pool_vjp", draw(rng, kind, 1, 2, 3, 3), x, 2)


@pytest.mark.parametrize("kind", ["i1", "i8", "u8", "?", "d"])
def test_the_smallest_number_of_a_type_wins_against_padding(kind: str) -> None:
    least = -np.inf if kind == "d" else False if kind == "?" else np.iinfo(kind).min
    x = np.full((1, 1, 5, 4), least, kind)
    for padding, up in itertools.product((0, 1, [(3, 2), (0, 1)]), (False, True)):
        y = agree("max_pool", x, 2, padding=padding, ceil_mode=up, return_indices=True)
        agree("max_pool_vjp", np.ones(y[0].shape, "d"), x, 2, padding=padding, ceil_mode=up)


# Sizes --------------------------------------------------------------------------------------------------------
def test_sizes() -> None:
    for seed in range(20):
        for _, spatial, kernel, _, options in settings(seed + 200):
            for n, k in ((spatial, kernel), (tuple(spatial), kernel), (spatial[0], kernel[0])):
                given = (
                    options if isinstance(n, list) else {"stride": 2, "padding": (seed % 2,), "dilation": 1 + seed % 3}
                )
                given = given if not isinstance(n, tuple) else {"stride": 2}
                for up in (False, True):
                    agree("output_size", n, k, ceil_mode=up, **given)
                    agree("input_sizes", n, k, ceil_mode=up, **given)
                agree("transposed_output_size", n, k, **given)
                agree("transposed_output_size", n, k, stride=3, output_padding=1)
                agree("same_padding", n, k, stride=1 + seed % 3, dilation=1 + seed % 2)
    assert agree("output_size", 7, 3, padding="same") == 7
    for layers in ([(3, 2), (5, 1, 2)], [(3, 1, 1, (1, 2)), (2, 2)], [(4, 1, 2, "same")], []):
        assert agree("receptive_field", layers) is not None


# Kernels and what else the library's own text gives -------------------------------------------------------------
def test_kernels() -> None:
    for ndim in (1, 2, 3):
        for diagonals in (False, True):
            assert agree("kernels.laplacian", ndim, diagonals=diagonals) is not None
        for amount in (0.5, 3, -1):
            agree("kernels.sharpen", amount, ndim=ndim)
        for axis in range(-ndim, ndim):
            agree("kernels.sobel", axis, ndim=ndim)
        agree("kernels.laplacian_of_gaussian", 1.5, ndim=ndim)
        agree("kernels.laplacian_of_gaussian", 1, ndim=ndim, size=4, truncate=3)
    for size in (4, (3, 5), [2], np.array([3, 2])):
        agree("kernels.box", size)
        agree("kernels.binomial", size)
    for sigma in (1, 1.3, [1.0, 2.0], np.float32(1.5)):
        agree("kernels.gaussian", sigma)
        agree("kernels.gaussian", sigma, size=5, truncate=2)
    for name in ("full", "same", "valid"):
        assert agree("matrices.toeplitz", [1, 2, 4], 7, name) is not None
    agree("matrices.circulant", [1, 2, 4])
    assert agree("matrices.as_matrix", lambda x: np.roll(x, -1) - 2 * x, (2, 3)) is not None
    assert agree("kernels.separate", np.outer([1, 2, 1], [1, 0, -1]) + np.eye(3), 2) is not None
    assert agree("hi_image") is not None


@pytest.mark.parametrize("kind", ["d", "f", "D", "i8", "u1", "?"])
def test_measurements(kind: str) -> None:
    rng = np.random.default_rng(0)
    x, y = draw(rng, kind, 4, 5), draw(rng, kind, 4, 5)
    rounding = 1e-6 if kind == "f" else 1e-14  # the operators themselves compute in the type of the input

    def measure(name: str, *args: Any, **kwargs: Any) -> None:
        got, want = form(f"properties.{name}")(*args, **kwargs), getattr(properties, name)(*args, **kwargs)
        assert got == pytest.approx(want, rel=1e-6, abs=rounding)

    for operator in (np.abs, lambda x: x * np.arange(5), lambda x: 0 * x, lambda x: x.max(axis=0)):
        measure("linearity_error", operator, x, y)
        measure("linearity_error", operator, x, y, a=1, b=2)
        if kind in ("u1", "?"):
            continue  # below
        measure("equivariance_error", operator, 2, x)
        if operator(x).ndim == 2:
            measure("equivariance_error", operator, (1, 2), x)
        measure("equivariance_error", operator, np.negative, x, output_transform=1)
        measure("invariance_error", operator, [2], x)


def test_measurements_of_bright_images_do_not_wrap_around_and_of_huge_numbers_are_said_to_end() -> None:
    assert agree("properties.adjoint_gap", np.diff, lambda y: -np.diff(y, prepend=0, append=0), [1, 5, 2], [3, 1]) == 0
    # Of 200 and 100 in 8 bits the difference is 100, not 156, and the length of (200, 100) is 100 sqrt 5.
    bright = np.array([200, 100], np.uint8)
    for name in ("equivariance_error", "invariance_error"):
        measured = form(f"properties.{name}")(lambda x: x * np.array([1, 0], np.uint8), 1, bright)
        assert measured == pytest.approx({"equivariance_error": math.sqrt(200**2 + 100**2) / 200}.get(name, 0.5))
    assert "overflow" in function_snippet("properties.linearity_error")[0], "the snippet says where it ends"


def black_boxes(axes: int) -> Iterator[Callable[..., Any]]:
    for f, mode, border in itertools.product(
        (convbook.convolve, convbook.correlate), ("full", "same", "valid"), ("constant", "reflect", "wrap")
    ):
        yield lambda x, h, f=f, mode=mode, border=border: f(x, h, mode, boundary=border)
    if axes == 1:
        yield from (np.convolve, np.correlate, lambda x, h: np.convolve(x, h, "same"))


@pytest.mark.parametrize("axes", [1, 2])
def test_identify_convention(axes: int) -> None:
    for f in black_boxes(axes):
        want, got = (
            of(f, axes=axes) for of in (properties.identify_convention, form("properties.identify_convention"))
        )
        assert vars(got) == vars(want)
        assert str(got) == str(want)


def test_learning() -> None:
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 7))
    trained = []
    for made_conv, made_sgd in ((nn.Conv, nn.SGD), (form("nn.Conv"), form("nn.SGD"))):
        layer = made_conv(4, 6, (3, 2), padding=1, groups=2, rng=np.random.default_rng(1))
        optimizer = made_sgd(layer, 0.01, momentum=0.5)
        for _ in range(3):
            layer.backward(layer.forward(x) - 1)
            optimizer.step()
        trained.append(layer.parameters["weight"])
    np.testing.assert_allclose(*trained)


# What is promised ---------------------------------------------------------------------------------------------
PUBLIC = {
    name: getattr(home, name)
    for home in (convbook, definitions, kernels, matrices, properties)
    for name in home.__all__
    if inspect.isfunction(getattr(home, name))
}
OF_THE_LIBRARY = sorted(PUBLIC.keys() & vars(compact_forms).keys() - {"Convention"})


@pytest.mark.parametrize("name", OF_THE_LIBRARY)
def test_a_compact_form_has_all_parameters_of_its_function(name: str) -> None:
    given, wanted = (inspect.signature(f).parameters.values() for f in (getattr(compact_forms, name), PUBLIC[name]))
    assert [(p.name, p.kind, p.default) for p in given] == [(p.name, p.kind, p.default) for p in wanted]


def test_there_are_compact_forms_and_none_of_what_definitions_give() -> None:
    assert len(OF_THE_LIBRARY) > 15
    assert not set(OF_THE_LIBRARY) & set(definitions.__all__)


def test_the_compact_rules_of_types_are_those_of_the_library() -> None:
    for one, other in itertools.product(KINDS, KINDS):
        if {one, other} in ({"u8", "i1"}, {"u8", "i8"}):
            continue  # the snippet says so
        arrays = np.zeros(1, one), np.zeros(1, other)
        assert compact_forms.sum_dtypes(*arrays) == arguments.sum_dtypes(*arrays), (one, other)
        assert compact_forms.mean_dtypes(*arrays) == arguments.mean_dtypes(*arrays), (one, other)


def test_what_a_compact_form_does_not_do_is_refused_when_the_snippet_is_made() -> None:
    code = 'import convbook\n\nconvbook.convolve([1], [2], method="fft")\n'
    with pytest.raises(NotAvailable, match="fast algorithms"):
        inlined(code, exact=False, head="")
    code, reason = function_snippet("explain_plan")
    assert code is None
    assert reason == "It needs convbook's fast algorithms."


CATCHES = {
    "a try": "try:\n    print({call})\nexcept ValueError as error:\n    print(error)",
    "a try in a function that calls another": (
        "def one():\n    return {call}\n\n\ndef two():\n    try:\n        return one()\n"
        "    except ValueError as error:\n        return str(error)\n\n\nprint(two())"
    ),
    "a suppressed error": "import contextlib\nwith contextlib.suppress(ValueError):\n    print({call})\nprint('after')",
}


@pytest.mark.parametrize("code", CATCHES.values(), ids=CATCHES)
def test_who_catches_an_error_gets_the_librarys_own_checks_or_no_form_without_it(code: str) -> None:
    def available(call: str) -> Any:
        cell = Cell.of(f"import convbook\n\n{code.format(call=call)}")
        (found,) = snippets_of([cell], "part/page")
        return found

    short = available("convbook.corr1d([1, 2], [1, 2, 3])")  # the kernel does not fit
    assert "as it stands there" in short.numpy_only
    assert printed_by(short.numpy_only) == printed_by(short.standalone)
    long = available("convbook.output_size(2, 5)")
    assert long.numpy_only is None
    assert long.reason == "It needs convbook's own checks, whose errors it catches."


def test_a_try_around_something_else_needs_no_checks() -> None:
    code = "try:\n    import numpy\nexcept ImportError:\n    numpy = None\nconvbook.output_size(7, 5)"
    cell = Cell.of(f"import convbook\n\n{code}", expect="3")
    (found,) = snippets_of([cell], "part/page")
    assert "short forms" in found.numpy_only
    assert printed_by(found.numpy_only) == ["3\n"]


# The library's own text ---------------------------------------------------------------------------------------
BARE = {
    "a check": ("def f(x):\n    if x < 0:\n        raise ValueError('x')\n    return x", "def f(x):\n    return x"),
    "a comment of a check": (
        "def f(x):\n    # never\n    if x < 0:\n        raise ValueError('x')\n    # then\n    return x",
        "def f(x):\n    # then\n    return x",
    ),
    "a check with words": (
        "def f(x):\n    if x < 0:\n        shown = str(x)\n        raise ValueError(shown)\n    return x",
        "def f(x):\n    return x",
    ),
    "a loop of checks": (
        "def f(x):\n    for y in x:\n        if y < 0:\n            raise ValueError('x')\n    return x",
        "def f(x):\n    return x",
    ),
    "a call of a check": ("def f(x):\n    one_of('x', x, 'ab')\n    return x", "def f(x):\n    return x"),
    "a condition for a check": (
        "def f(x):\n    if x is not None:\n        one_of('x', x, 'ab')\n    return x",
        "def f(x):\n    return x",
    ),
    "nothing but a check": ("def f(x):\n    if x < 0:\n        raise ValueError('x')", "def f(x):\n    pass"),
    "what checks return": (
        "def f(x, n):\n    x = as_array('x', x, ndim=2)\n    return x * integer('n', n, 1)",
        "def f(x, n):\n    x = np.asarray(x)\n    return x * int(n)",
    ),
    "one in another": ("def f(x):\n    return integer('n', number('n', x))", "def f(x):\n    return int(float(x))"),
    "over lines": (
        "def f(x):\n    return as_array(\n        'x',\n        x,\n    )",
        "def f(x):\n    return np.asarray(x)",
    ),
}
KEPT = [
    "def f(x):\n    if x < 0:\n        x = 3\n    return x",
    "def f(x):\n    if x < 0:\n        raise ValueError('x')\n    else:\n        x = 3\n    return x",
    "def f(x):\n    if (y := x) < 0:\n        raise ValueError('x')\n    return y",
    "def f(x):\n    try:\n        return 1 / x\n    except ZeroDivisionError:\n        raise ValueError from None",
    "def f(x):\n    y = one_of('x', x, 'ab')\n    return y",
    "def f(x):\n    for y in x:\n        print(y)\n    return x",
    "def f(x):\n    label(x)\n    return flag(x)",
]
CHECKERS = {"one_of", "as_array", "integer", "number"}


@pytest.mark.parametrize(("text", "left"), BARE.values(), ids=BARE)
def test_checks_go(text: str, left: str) -> None:
    assert without_checks(text, CHECKERS) == left


@pytest.mark.parametrize("text", KEPT)
def test_what_does_something_stays(text: str) -> None:
    assert without_checks(text, CHECKERS) == text


def test_no_check_is_left_in_a_short_form() -> None:
    for name in ("kernels.gaussian", "corr2d", "definitions.conv_loops", "matrices.toeplitz", "nn.SGD", "input_sizes"):
        code, _ = function_snippet(name)
        assert not re.search(r"\braise\b|must be|_fits\(|one_of\(|as_array\(|integer\(", code), name
