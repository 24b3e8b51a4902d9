"""Dask arrays: the same numbers as in memory, chunk by chunk, and never before somebody asks for them."""

import itertools
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convbook
from convbook import (
    adaptive_avg_pool,
    adaptive_max_pool,
    avg_pool,
    conv,
    conv_transpose,
    conv_vjp,
    convolve,
    convolve_blocks,
    correlate,
    explain_plan,
    global_avg_pool,
    global_max_pool,
    lp_pool,
    max_pool,
    max_pool_vjp,
    normalized_correlate,
    pad,
    unfold,
)

dask = pytest.importorskip("dask", reason="Dask is not installed: the library does not need it")
da = pytest.importorskip("dask.array", reason="Dask's arrays are not installed: the library does not need them")
callbacks = pytest.importorskip("dask.callbacks", reason="as above")

BORDERS = ("constant", "edge", "reflect", "symmetric", "wrap")
rng = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def numbers(shape, dtype):
    """Draw numbers that tell cells apart."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return rng.random(shape) < 0.5
    if kind in "iu":
        return rng.integers(0 if kind == "u" else -99, 99, shape).astype(dtype)
    parts = rng.standard_normal((2, *shape))
    return (parts[0] + 1j * parts[1] if kind == "c" else parts[0]).astype(dtype)


def assert_same(found, wanted):
    """Compare a lazy result with that in memory: shape and type before and after it is computed, and the numbers."""
    if isinstance(wanted, tuple):
        assert isinstance(found, tuple)
        for one, other in zip(found, wanted, strict=True):
            assert_same(one, other)
        return
    assert isinstance(found, da.Array)
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    assert type(found._meta) is np.ndarray
    computed = found.compute()
    assert (computed.shape, computed.dtype) == (wanted.shape, wanted.dtype)
    assert [sum(chunks) for chunks in found.chunks] == list(wanted.shape)
    if wanted.dtype.kind in "biu":
        np.testing.assert_array_equal(computed, wanted)
    else:
        eps = 100 * np.finfo(wanted.dtype).eps
        scale = np.abs(wanted[np.isfinite(wanted)]).max(initial=1)
        np.testing.assert_allclose(computed, wanted, rtol=eps, atol=eps * scale)


class Runs(callbacks.Callback):
    """What runs: how many tasks, and the largest number of bytes that arrays hold between two of them."""

    def __init__(self):
        self.tasks, self.most = 0, 0

    def _posttask(self, key, result, dsk, state, worker):
        self.tasks += 1
        held = {}
        waiting = list(state["cache"].values())
        while waiting:
            one = waiting.pop()
            if isinstance(one, (list, tuple)):
                waiting += one
            elif isinstance(one, np.ndarray):
                while isinstance(one.base, np.ndarray):  # a view keeps all of what it looks at
                    one = one.base
                held[id(one)] = one.nbytes
        self.most = max(self.most, sum(held.values()))


class Nowhere:
    """A store that forgets."""

    def __setitem__(self, place, block):
        pass


def made(shape, chunks, dtype=float):
    """Return an array that is made chunk by chunk, as one that is read from a disk."""
    chunks = da.core.normalize_chunks(chunks, shape)

    def block(block_info=None):
        return np.ones(block_info[None]["chunk-shape"], dtype)

    return da.map_blocks(block, chunks=chunks, dtype=dtype, meta=np.empty((0,) * len(shape), dtype))


# The same as in memory ----------------------------------------------------------------------------------------------
CHUNKS_OF_13 = [13, 5, 1, (2, 6, 1, 4), (1, 11, 1)]


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("boundary", BORDERS)
def test_lines_are_the_same_for_every_mode_border_and_chunking(mode, boundary):
    for dtype, taps, chunks in itertools.product((np.int16, np.float64), (1, 2, 3, 6, 13, 20), CHUNKS_OF_13):
        x, h = numbers((13,), dtype), numbers((taps,), dtype)
        function = convolve if taps % 2 else correlate
        found = function(da.from_array(x, chunks=(chunks,)), h, mode, boundary=boundary)
        assert_same(found, function(x, h, mode, boundary=boundary))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("boundary", BORDERS)
def test_images_are_the_same_for_every_mode_and_border(mode, boundary):
    x, h = numbers((12, 11), np.float32), numbers((3, 4), np.float32)
    for chunks in ((4, 11), (5, 3), ((1, 7, 4), (2, 9)), (1, 1)):
        found = convolve(da.from_array(x, chunks=chunks), h, mode, boundary=boundary)
        assert_same(found, convolve(x, h, mode, boundary=boundary))


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.uint64, np.float16, np.float32, np.complex64])
def test_every_type_becomes_what_it_becomes_in_memory(dtype):
    x, h = numbers((3, 4, 5), dtype), numbers((2, 2, 3), dtype)
    lazy = da.from_array(x, chunks=(2, 2, 3))
    assert_same(convolve(lazy, h), convolve(x, h))
    assert_same(pad(lazy, 2, "reflect"), pad(x, 2, "reflect"))
    layer = numbers((1, 3, 2, 2), dtype)
    assert_same(conv(lazy[None], layer), conv(x[None], layer))
    assert_same(avg_pool(lazy[None], 2), avg_pool(x[None], 2))
    assert_same(lp_pool(lazy[None], 2, 2), lp_pool(x[None], 2, 2))
    assert_same(global_avg_pool(lazy[None]), global_avg_pool(x[None]))
    if np.dtype(dtype).kind != "c":
        assert_same(max_pool(lazy[None], 2), max_pool(x[None], 2))
        assert_same(global_max_pool(lazy[None]), global_max_pool(x[None]))


@pytest.mark.parametrize("method", ["direct", "fft", "overlap-add", "separable", "columns", "band", "overlap-save"])
def test_every_method_works_in_chunks(method):
    x, h = numbers((20, 17), np.float64), np.outer(numbers((4,), np.float64), numbers((3,), np.float64))
    found = convolve(da.from_array(x, chunks=(7, 6)), h, "same", method=method)
    assert_same(found, convolve(x, h, "same"))


def test_a_large_kernel_is_transformed_block_by_block():
    x, h = numbers((150, 90), np.float64), numbers((40, 35), np.float64)
    found = convolve(da.from_array(x, chunks=(50, 45)), h, "same")
    assert found.numblocks == (3, 2)
    assert_same(found, convolve(x, h, "same"))


def test_sums_of_large_integers_wrap_as_they_do_in_memory():
    x = rng.integers(-(2**63), 2**63, (9, 8), dtype=np.int64)
    h = rng.integers(-(2**63), 2**63, (3, 2), dtype=np.int64)
    lazy = da.from_array(x, chunks=(2, 3))
    assert_same(convolve(lazy, h), convolve(x, h))
    assert_same(global_avg_pool(lazy[None, None]), global_avg_pool(x[None, None]))
    assert_same(adaptive_avg_pool(lazy[None, None], 2), adaptive_avg_pool(x[None, None], 2))
    unsigned = x.view(np.uint64)
    assert_same(convolve(da.from_array(unsigned, chunks=(2, 3)), h), convolve(unsigned, h))


def test_signed_integers_whose_signs_are_not_known_give_signed_sums():
    x, h = np.array([1, 2, 3]), np.array([2**63 + 1], np.uint64)
    found = convolve(da.from_array(x, chunks=2), h)
    assert found.dtype == np.int64
    assert convolve(x, h).dtype == np.uint64
    np.testing.assert_array_equal(found.compute(), convolve(x, h).view(np.int64))


def test_infinities_and_nans_reach_the_outputs_that_see_them_and_no_other():
    x, h = numbers((40,), np.float64), numbers((9,), np.float64)
    x[[7, 23]] = np.nan, np.inf
    for kernel in (h, np.where(np.arange(9) == 2, np.inf, h)):
        found, wanted = convolve(da.from_array(x, chunks=11), kernel).compute(), convolve(x, kernel)
        np.testing.assert_array_equal(np.isfinite(found), np.isfinite(wanted))
        np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))


@pytest.mark.parametrize("stride", [1, 2, (3, 1), 5])
@pytest.mark.parametrize("dilation", [1, (2, 3)])
@pytest.mark.parametrize("padding", [0, 2, ((0, 3), (4, 1)), "same"])
def test_layers_are_the_same_for_every_stride_dilation_and_padding(stride, dilation, padding):
    if padding == "same" and stride != 1:
        padding = "valid"
    x, weight, bias = numbers((2, 4, 12, 10), float), numbers((6, 2, 3, 2), float), numbers((6,), float)
    options = {"stride": stride, "dilation": dilation, "padding": padding, "groups": 2}
    for chunks in ((1, 4, 12, 10), (2, 1, 5, 4), (1, 3, 1, 1), (2, 4, (1, 9, 2), (6, 4))):
        found = conv(da.from_array(x, chunks=chunks), weight, bias, **options)
        assert_same(found, conv(x, weight, bias, **options))


def test_a_batch_stays_split_and_chunks_stay_where_they_are():
    x = made((5, 3, 40, 40), (2, 3, 10, 20))
    assert conv(x, np.ones((7, 3, 3, 3)), padding=1).chunks == ((2, 2, 1), (7,), (10,) * 4, (20, 20))
    assert max_pool(x, 2).chunks == ((2, 2, 1), (3,), (5,) * 4, (10, 10))
    assert conv(x, np.ones((7, 3, 2, 2)), padding="same").chunks[2:] == ((10,) * 4, (20, 20))
    assert convolve(x[0, 0], np.ones((4, 5)), "same").chunks == ((10,) * 4, (20, 20))
    assert pad(x[0, 0], ((1, 2), (0, 25))).chunks == ((1, 10, 10, 10, 10, 2), (20, 20, 12, 13))


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("padding", [0, 1, ((0, 5), (3, 0))])
@pytest.mark.parametrize(("kernel_size", "stride", "dilation"), [(2, None, 1), (3, 2, 1), ((2, 3), (5, 1), (1, 2))])
def test_poolings_are_the_same(kernel_size, stride, dilation, padding, ceil_mode):
    x = numbers((2, 3, 11, 9), np.int32)
    options = {"stride": stride, "dilation": dilation, "padding": padding, "ceil_mode": ceil_mode}
    for chunks in ((1, 3, 4, 9), (2, 1, 3, 2), (2, 3, (1, 10), 1)):
        lazy = da.from_array(x, chunks=chunks)
        both = max_pool(x, kernel_size, return_indices=True, **options)
        assert_same(max_pool(lazy, kernel_size, return_indices=True, **options), both)
        assert_same(max_pool(lazy, kernel_size, **options), both[0])
        assert_same(lp_pool(lazy, 3, kernel_size, **options), lp_pool(x, 3, kernel_size, **options))
        for more in ({}, {"count_include_pad": False}, {"divisor_override": -3}):
            assert_same(avg_pool(lazy, kernel_size, **options, **more), avg_pool(x, kernel_size, **options, **more))


@pytest.mark.parametrize("output_size", [1, 2, (3, None), (20, 1), (4, 15)])
def test_adaptive_and_global_poolings_are_the_same(output_size):
    x = numbers((2, 3, 11, 9), np.float32)
    for chunks in ((1, 3, 4, 9), (2, 1, 3, 2), (2, 3, 1, 1)):
        lazy = da.from_array(x, chunks=chunks)
        assert_same(adaptive_avg_pool(lazy, output_size), adaptive_avg_pool(x, output_size))
        both = adaptive_max_pool(x, output_size, return_indices=True)
        assert_same(adaptive_max_pool(lazy, output_size, return_indices=True), both)
        assert_same(adaptive_max_pool(lazy, output_size), both[0])
        assert_same(global_avg_pool(lazy), global_avg_pool(x))
        assert_same(global_max_pool(lazy), global_max_pool(x))


@pytest.mark.parametrize("widths", [1, (3, 0), ((0, 2), (4, 1)), ((20, 1), (0, 17))])
@pytest.mark.parametrize(
    ("mode", "odd"), [*((mode, False) for mode in BORDERS), ("reflect", True), ("symmetric", True)]
)
def test_padding_is_the_same_however_far_it_reaches(mode, odd, widths):
    x = numbers((7, 5), np.int16)
    options = {"reflect_type": "odd"} if odd else {"value": 9} if mode == "constant" else {}
    for chunks in ((7, 5), (3, 2), ((2, 5), (4, 1))):
        assert_same(pad(da.from_array(x, chunks=chunks), widths, mode, **options), pad(x, widths, mode, **options))


def test_each_block_has_the_sizes_that_its_chunk_promises():
    x = da.from_array(numbers((2, 3, 11, 9), float), chunks=(1, 3, (1, 6, 4), 4))
    for y in (conv(x, np.ones((2, 3, 3, 2)), padding=2), max_pool(x, 3, stride=2)):
        for block in np.ndindex(*y.numblocks):
            assert y.blocks[block].compute().shape == tuple(c[i] for c, i in zip(y.chunks, block, strict=True))


def test_an_empty_batch_stays_empty():
    x = np.zeros((0, 2, 5, 5), np.float32)
    lazy = da.from_array(x, chunks=(1, 2, 2, 2))
    assert_same(conv(lazy, np.ones((3, 2, 2, 2), np.float32)), conv(x, np.ones((3, 2, 2, 2), np.float32)))
    assert_same(max_pool(lazy, 2, return_indices=True), max_pool(x, 2, return_indices=True))
    assert_same(global_max_pool(lazy), global_max_pool(x))
    assert_same(global_avg_pool(lazy), global_avg_pool(x))


def cut(n):
    """Draw chunks of an axis."""
    return st.lists(st.integers(0, 1), min_size=n - 1, max_size=n - 1).map(
        lambda ends: tuple(np.diff([0, *(i + 1 for i, end in enumerate(ends) if end), n]).tolist())
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_chunking_changes_anything(data):
    draw = data.draw
    shape, taps = draw(st.tuples(*[st.integers(1, 9)] * 2)), draw(st.tuples(*[st.integers(1, 5)] * 2))
    x, h = numbers(shape, np.int32), numbers(taps, np.int32)
    lazy = da.from_array(x, chunks=tuple(draw(cut(n)) for n in shape))
    mode, boundary = draw(st.sampled_from(["full", "same"])), draw(st.sampled_from(BORDERS))
    assert_same(convolve(lazy, h, mode, boundary=boundary), convolve(x, h, mode, boundary=boundary))
    stride, padding = draw(st.tuples(*[st.integers(1, 12)] * 2)), draw(st.integers(0, 9))
    if all(n + 2 * padding >= k for n, k in zip(shape, taps, strict=True)):
        options = {"stride": stride, "padding": padding}
        wanted = max_pool(x[None, None], taps, return_indices=True, **options)
        assert_same(max_pool(lazy[None, None], taps, return_indices=True, **options), wanted)


# Nothing runs before it must ----------------------------------------------------------------------------------------
X, W = np.zeros((2, 6, 7, 8)), np.zeros((4, 6, 3, 2))
FILLED = np.array([[1.0, 2.0], [3.0, 5.0]])
WRONG = {
    "too few axes": lambda x: conv(x(X[0, 0]), W),
    "other axes": lambda x: conv(x(X), W[0]),
    "groups": lambda x: conv(x(X), W, groups=4),
    "stride": lambda x: conv(x(X), W, stride=0),
    "padding": lambda x: conv(x(X), W, padding="full"),
    "bias": lambda x: conv(x(X), W, np.zeros(3)),
    "method": lambda x: conv(x(X), W, method="fastest"),
    "a method that cannot": lambda x: conv(x(X), W, method="winograd"),
    "one that is for lines": lambda x: convolve(x(X[0, 0]), W[0, 0], method="toeplitz"),
    "no column times a row": lambda x: convolve(x(X[0, 0]), FILLED, method="separable"),
    "too large a window": lambda x: max_pool(x(X), 9),
    "complex": lambda x: max_pool(x(X + 1j), 2),
    "a flag": lambda x: max_pool(x(X), 2, return_indices=1),
    "divisor": lambda x: avg_pool(x(X), 2, divisor_override=0),
    "count_include_pad": lambda x: avg_pool(x(X), 2, count_include_pad="yes"),
    "p": lambda x: lp_pool(x(X), 0, 2),
    "output_size": lambda x: adaptive_avg_pool(x(X), 0),
    "output sizes": lambda x: adaptive_max_pool(x(X), (1, 2, 3)),
    "no cell": lambda x: global_avg_pool(x(X[:, :, :0])),
    "few axes": lambda x: global_max_pool(x(X[0, 0])),
    "mode": lambda x: convolve(x(X[0, 0]), W[0, 0], "all"),
    "boundary": lambda x: correlate(x(X[0, 0]), W[0, 0], boundary="mirror"),
    "fill value": lambda x: convolve(x(X[0, 0]), W[0, 0], boundary="edge", fill_value=1),
    "no fit": lambda x: convolve(x(X[0, 0]), np.zeros((9, 2)), "valid"),
    "ranks": lambda x: convolve(x(X), W[0]),
    "empty": lambda x: convolve(x(X[0, 0, :0]), W[0, 0]),
    "pad_width": lambda x: pad(x(X), -1),
    "pad mode": lambda x: pad(x(X), 1, "mirror"),
    "pad value": lambda x: pad(x(X), 1, "edge", 3),
    "odd edges": lambda x: pad(x(X), 1, "edge", reflect_type="odd"),
    "nothing to repeat": lambda x: pad(x(X[:, :, :0]), 1, "wrap"),
    "words": lambda x: pad(x(np.full((3, 2), "a")), 1),
    "objects": lambda x: conv(x(X.astype(object)), W),
    "masked": lambda x: conv(x(np.ma.array(X, mask=X == 0)), W),
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG)
def test_a_wrong_call_gets_the_same_sentence_before_any_task_runs(call):
    with pytest.raises((ValueError, TypeError)) as in_memory:
        call(lambda array: array)
    with Runs() as runs, pytest.raises(in_memory.type) as lazily:
        call(lambda array: da.from_array(array, chunks=3))
    assert str(lazily.value) == str(in_memory.value)
    assert runs.tasks == 0


def test_nothing_is_computed_before_somebody_asks():
    x = made((1, 2, 30, 30), (1, 2, 10, 10))
    with Runs() as runs:
        made_of_it = [
            conv(x, np.ones((2, 2, 3, 3)), np.ones(2), stride=2, padding=1),
            convolve(x[0, 0], np.ones((12, 5)), boundary="wrap", method="fft"),
            *max_pool(x, 3, return_indices=True),
            avg_pool(x, 2),
            lp_pool(x, 2, 2),
            adaptive_avg_pool(x, 5),
            global_avg_pool(x),
            global_max_pool(x),
            pad(x, 3, "reflect", reflect_type="odd"),
        ]
        assert runs.tasks == 0
        dask.compute(*made_of_it)
    assert runs.tasks > 0


LAZY = da.from_array(X, chunks=3)
IN_MEMORY = {
    "weight": lambda: conv(X, da.from_array(W)),
    "bias": lambda: conv(LAZY, W, da.zeros(4)),
    "h": lambda: convolve(LAZY[0, 0], da.ones((2, 2))),
    "x": lambda: conv_transpose(LAZY, np.ones((6, 2, 3, 3))),
    "grad": lambda: conv_vjp(LAZY, X, W),
    "image": lambda: normalized_correlate(LAZY[0, 0], FILLED),
    "blocks[0]": lambda: list(convolve_blocks([LAZY[0, 0]], FILLED)),
}


@pytest.mark.parametrize(("name", "call"), IN_MEMORY.items(), ids=IN_MEMORY)
def test_what_has_to_be_in_memory_says_so(name, call):
    with pytest.raises(TypeError) as refused:
        call()
    needed = "must be an array in memory, not a Dask array: its `compute` makes one of it."
    assert str(refused.value) == f"`{name}` {needed}"


def test_functions_that_know_no_chunks_say_so():
    for call in (
        lambda: explain_plan(LAZY, W),
        lambda: max_pool_vjp(LAZY, LAZY, 2),
        lambda: unfold(LAZY, 2),
        lambda: convbook.pad_vjp(X, LAZY, 1),
        lambda: convbook.avg_pool_vjp(X, LAZY, 1),
    ):
        with pytest.raises(TypeError, match="in memory, not a Dask array"):
            call()


def test_chunks_of_unknown_sizes_and_of_other_arrays_are_refused():
    x = made((20,), 5)
    with pytest.raises(
        ValueError, match=r"^`x` must have chunks of known sizes: its `compute_chunk_sizes` finds them\.$"
    ):
        convolve(x[x > 0], [1, 2])
    x = made((20,), 5)
    x._meta = [0.0]
    with pytest.raises(TypeError, match=r"^`x` must be a Dask array of NumPy arrays, not of list\.$"):
        convolve(x, [1, 2])


def test_dask_is_not_imported_by_the_library():
    program = (
        "import sys, convbook, numpy as np; convbook.conv(np.ones((1, 1, 3)), np.ones((1, 1, 2)));"
        "convbook.pad([1], 1); print({'dask', 'toolz'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# What it costs ------------------------------------------------------------------------------------------------------
COSTS = {
    "convolve": lambda x: convolve(x[0, 0], np.ones((3, 4)), "same"),
    "with a border": lambda x: convolve(x[0, 0], np.ones((3, 4)), "same", boundary="wrap"),
    "filled": lambda x: convolve(x[0, 0], np.ones((3, 4)), fill_value=1),
    "a large kernel": lambda x: convolve(x[0, 0], np.ones((9, 9)), "same"),
    "conv": lambda x: conv(x, np.ones((2, 1, 3, 3)), stride=2, padding=1),
    "max_pool": lambda x: max_pool(x, 3, stride=2, return_indices=True)[1],
    "adaptive_avg_pool": lambda x: adaptive_avg_pool(x, (x.shape[2] // 2, 12)),
    "large parts": lambda x: adaptive_avg_pool(x, (x.shape[2] // 16, 1)),
    "global_avg_pool": global_avg_pool,
    "pad": lambda x: pad(x, ((0, 0), (0, 0), (4, 4), (0, 9)), "reflect"),
}


@pytest.mark.parametrize("call", COSTS.values(), ids=COSTS)
def test_the_number_of_tasks_grows_linearly_with_the_chunks(call):
    # along one axis: each step of 8 chunks adds about as many tasks as the one before
    counts = np.array([len(dict(call(made((1, 1, 8 * n, 24), (1, 1, 8, 8))).dask)) for n in (8, 16, 24, 32)])
    steps = np.diff(counts)
    assert np.ptp(steps) <= 0.1 * steps.min()
    # and along both: at most some for each chunk, however many these are
    for n in (4, 12):
        assert len(dict(call(made((1, 1, 8 * n, 8 * n), (1, 1, 8, 8))).dask)) <= 30 * n * n


@pytest.mark.parametrize("boundary", BORDERS)
def test_few_chunks_are_in_memory_at_a_time(boundary):
    size = 64
    chunk = size * size * 8
    for n in (4, 8):
        x = made((n * size, n * size), size)
        y = convolve(x, np.ones((3, 3)), "same", boundary=boundary)
        with Runs() as runs:
            da.store(y, Nowhere(), lock=False)
        assert runs.tasks > n * n
        assert 0 < runs.most <= 6 * chunk


def test_large_parts_of_a_picture_are_not_in_memory_as_a_whole():
    x = made((1, 1, 512, 512), (1, 1, 64, 64))
    for call in (lambda: adaptive_avg_pool(x, 2), lambda: adaptive_max_pool(x, (3, 2)), lambda: global_max_pool(x)):
        with Runs() as runs:
            call().compute()
        assert runs.most <= 4 * 64 * 64 * 8


def test_a_chunk_that_others_made_is_not_made_again():
    made_of = []

    def count(block):
        made_of.append(block.shape)
        return block

    x = made((40,), 10).rechunk(5).map_blocks(count, dtype=float, meta=np.empty(0))
    twice = convolve(convolve(x, np.ones(3), "same"), np.ones(3), "same")
    twice.compute()
    assert len(made_of) == 8


def test_tasks_can_be_sent_to_other_processes():
    x = da.from_array(numbers((1, 2, 12, 12), float), chunks=(1, 2, 5, 6))
    results = [
        conv(x, np.ones((2, 2, 3, 3)), np.ones(2)),
        convolve(x[0, 0], np.ones((3, 3)), boundary="reflect"),
        *max_pool(x, 3, return_indices=True),
        avg_pool(x, 2, padding=1),
        adaptive_max_pool(x, 5),
        global_avg_pool(x),
        pad(x, 2, "symmetric", reflect_type="odd"),
    ]
    for result in results:
        again = da.Array(pickle.loads(pickle.dumps(dict(result.dask))), result.name, result.chunks, result.dtype)
        np.testing.assert_array_equal(again.compute(), result.compute())


def test_the_same_call_has_the_same_name_and_another_one_another():
    x = made((40,), 10)
    names = [convolve(x, np.full(3, value), "same").name for value in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    assert convolve(x, np.ones(3), "same", method="fft").name != convolve(x, np.ones(3), "same").name
