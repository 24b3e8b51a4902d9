"""One plain form for what callers write; the refusals' sentences stand in test_bad_input.py."""

import numpy as np
import pytest

from convbook import _arguments as arguments


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3), np.array(3)])
def test_an_integer_is_anything_with_an_index(value: object) -> None:
    found = arguments.integer("n", value, 0)
    assert found == 3
    assert type(found) is int


@pytest.mark.parametrize("value", [True, np.True_, 3.0, np.float64(3), "3", None, [3], np.array([3])])
def test_an_integer_is_not_a_float_nor_a_truth_value_nor_a_sequence(value: object) -> None:
    with pytest.raises(TypeError, match="`n`"):
        arguments.integer("n", value)


def test_an_integer_may_equal_its_minimum_but_not_lie_below() -> None:
    assert arguments.integer("n", -2, -2) == -2
    assert arguments.integer("n", -99) == -99
    with pytest.raises(ValueError, match="at least -2"):
        arguments.integer("n", -3, -2)


@pytest.mark.parametrize("value", [3, 3.0, np.float16(3), np.uint8(3), np.array(3), np.array(3.0)])
def test_a_real_number_may_be_an_array_without_axes(value: object) -> None:
    found = arguments.number("sigma", value)
    assert found == 3
    assert type(found) is float


@pytest.mark.parametrize("value", [True, np.array(True), np.array([3.0]), "3", 3j, np.array(3j), None])
def test_a_real_number_is_no_truth_value_nor_complex_nor_a_sequence(value: object) -> None:
    with pytest.raises(TypeError, match=r"^`sigma` .* must be a real number\.$"):
        arguments.number("sigma", value)


def test_a_number_beyond_all_floats_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^`sigma` \(=10+\.\.\.0+\) must be at most 1\.8e\+308\.$"):
        arguments.number("sigma", 10**400)
    assert arguments.number("sigma", 10**300) == 1e300


def test_an_array_that_no_memory_holds_is_refused_by_what_asks_for_it() -> None:
    for shape in ((2**62,), (2**31, 2**31), (0, 2**62), (3,) * 40, (1,) * 65):
        with pytest.raises(
            ValueError, match=r"^`n` \(=7\) must not ask for an array of shape .*: no memory holds it\.$"
        ):
            arguments.must_be_possible("n", 7, shape)
    for shape in ((), (2**40,), (1,) * 64, (0, 0)):
        arguments.must_be_possible("n", 7, shape)


@pytest.mark.parametrize("value", [(4, 5), [4, 5], range(4, 6), np.array([4, 5]), (np.int64(4), np.uint8(5))])
def test_one_entry_per_axis_may_come_in_any_sequence(value: object) -> None:
    assert arguments.per_axis("stride", value, 2, 1) == (4, 5)


def test_an_integer_stands_for_every_axis() -> None:
    assert arguments.per_axis("stride", 7, 3, 1) == (7, 7, 7)
    assert arguments.per_axis("stride", (7,), 1, 7) == (7,)


def pairs(value: object, axes: int = 2, **given: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    ones = (1,) * axes
    return arguments.padding_pairs(
        "padding",
        value,
        axes,
        kernel=given.get("kernel", (4, 3)[:axes]),
        stride=given.get("stride", ones),
        dilation=given.get("dilation", ones),
    )


def test_padding_forms_all_become_pairs() -> None:
    assert pairs(2) == ((2, 2), (2, 2))
    assert pairs((1, 2)) == ((1, 1), (2, 2))
    assert pairs(((1, 2), (3, 4))) == ((1, 2), (3, 4))
    assert pairs([1, (3, 4)]) == ((1, 1), (3, 4))
    assert pairs(np.array([[1, 2], [3, 4]])) == ((1, 2), (3, 4))
    assert pairs("valid", stride=(2, 3)) == ((0, 0), (0, 0))


def test_same_padding_puts_the_odd_cell_after() -> None:
    assert pairs("same") == ((1, 2), (1, 1))
    assert pairs("same", dilation=(3, 2)) == ((4, 5), (2, 2))


def test_two_numbers_are_no_pair_for_one_axis() -> None:
    with pytest.raises(ValueError, match="one entry per spatial axis: 1, not 2"):
        pairs((1, 2), axes=1)


def test_pad_width_takes_every_form_of_numpy() -> None:
    assert arguments.pad_pairs("w", 2, 3) == ((2, 2),) * 3
    assert arguments.pad_pairs("w", (1, 2), 3) == ((1, 2),) * 3
    assert arguments.pad_pairs("w", ((1, 2),), 3) == ((1, 2),) * 3
    assert arguments.pad_pairs("w", (3,), 2) == ((3, 3),) * 2
    assert arguments.pad_pairs("w", ((1,), (2,)), 2) == ((1, 1), (2, 2))
    assert arguments.pad_pairs("w", ((1, 2), (3, 4)), 2) == ((1, 2), (3, 4))
    assert arguments.pad_pairs("w", {-1: 2, 0: (3, 4)}, 3) == ((3, 4), (0, 0), (2, 2))


def test_an_array_stays_itself() -> None:
    x = np.zeros((2, 3), ">f4")
    assert arguments.as_array("x", x) is x
    assert arguments.as_array("x", [[1, 2]], ndim=2).dtype == np.int64


@pytest.mark.parametrize(
    ("given", "accumulate", "result"),
    [
        (["bool"], "int64", "int64"),
        (["uint8", "uint8"], "int64", "int64"),
        (["uint32"], "int64", "int64"),
        (["uint64", "uint8"], "uint64", "uint64"),
        (["int8", "int64"], "int64", "int64"),
        (["float16"], "float32", "float16"),
        (["uint8", "float16"], "float32", "float16"),
        (["int32", "float32"], "float64", "float64"),
        (["uint8", "float32"], "float32", "float32"),
        (["float32", "float64"], "float64", "float64"),
        (["float32", "complex64"], "complex64", "complex64"),
        (["longdouble"], "longdouble", "longdouble"),
        (["uint64", "int8"], "uint64", "uint64"),
        (["bool", "int64", "uint64"], "uint64", "uint64"),
        (["uint64", "int64", "float32"], "float64", "float64"),
        ([">f4"], "float32", "float32"),
    ],
)
def test_sums_accumulate_and_return_as_the_design_says(given: list[str], accumulate: str, result: str) -> None:
    arrays = [np.zeros(1, dtype) for dtype in given]
    found = arguments.sum_dtypes(*arrays)
    assert found == (np.dtype(accumulate), np.dtype(result))
    assert all(dtype.isnative for dtype in found)


def test_means_of_integers_are_float64_and_other_means_keep_their_type() -> None:
    for dtype in ("bool", "uint8", "int64", "uint64"):
        assert arguments.mean_dtypes(np.zeros(1, dtype)) == (np.float64, np.float64)
    assert arguments.mean_dtypes(np.zeros(1, "float16")) == (np.float32, np.float16)
    assert arguments.mean_dtypes(np.zeros(1, "complex64")) == (np.complex64, np.complex64)


def test_a_value_fits_if_its_type_can_hold_it() -> None:
    assert arguments.fits("value", 255, np.uint8).dtype == np.uint8
    assert arguments.fits("value", 2.0, np.int64) == 2
    assert arguments.fits("value", 0.1, np.float32) == np.float32(0.1)
    assert np.isnan(arguments.fits("value", float("nan"), np.float16))
    assert np.isinf(arguments.fits("value", float("inf"), np.float16))
    assert arguments.fits("value", 1j, np.complex64) == 1j


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (256, "uint8"),
        (-1, "uint8"),
        (2, "bool"),
        (0.5, "int64"),
        (float("nan"), "int8"),
        (1e300, "float32"),
        (1j, "float64"),
    ],
)
def test_a_value_that_its_type_cannot_hold_is_refused(value: complex, dtype: str) -> None:
    with pytest.raises(ValueError, match=f"`value` .* cannot be held by an array of dtype {dtype}"):
        arguments.fits("value", value, dtype)


def test_large_arrays_are_shown_by_shape() -> None:
    assert arguments.show(np.zeros((3, 4))) == "array of shape (3, 4) and dtype float64"
    assert arguments.show(np.array([1, 2])) == "[1, 2]"
    assert len(arguments.show("x" * 1000)) < 50


def test_numbers_agree_with_their_nouns() -> None:
    assert [arguments.count(n, "axis") for n in (1, 2)] == ["1 axis", "2 axes"]
    assert [arguments.count(n, "row") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]


def test_unsigned_and_signed_integers_have_a_common_integer_type() -> None:
    unsigned, signed = np.array([3], np.uint64), np.array([[4], [-1]])
    assert arguments.sum_dtypes(unsigned, signed) == (np.int64, np.int64)
    assert arguments.sum_dtypes(unsigned, signed[:1]) == (np.uint64, np.uint64)
    assert arguments.sum_dtypes(unsigned, signed[:0]) == (np.uint64, np.uint64)
    assert arguments.sum_dtypes(unsigned.astype(">u8"), signed.astype(">i2")) == (np.int64, np.int64)
    assert arguments.sum_dtypes(unsigned.astype(np.uint32), signed) == (np.int64, np.int64)
    assert arguments.mean_dtypes(unsigned, signed) == (np.float64, np.float64)


def test_lists_of_integers_are_integers_if_one_type_of_64_bits_holds_them() -> None:
    for value in ([2**63, 1], [[0, True], [2**64 - 1, 5]], (2**63,)):
        array = arguments.as_array("x", value)
        assert array.dtype == np.uint64
        assert array.tolist() == np.array(value, object).tolist()
    assert arguments.as_array("x", [-(2**63), 2**63 - 1]).dtype == np.int64
    assert arguments.as_array("x", [2**63, 1.0]).dtype == arguments.as_array("x", []).dtype == np.float64
    for value in ([2**63, -1], [2**64], 2**64, [[1, -(2**63) - 1]]):
        with pytest.raises(ValueError, match=r"^`x` \(=.*\) must hold integers that one type of 64 bits holds\.$"):
            arguments.as_array("x", value)
    with pytest.raises(TypeError, match="`x` must hold real or complex numbers, not values of dtype object"):
        arguments.as_array("x", np.array([1, 2], object))


def test_a_masked_array_is_refused_wherever_it_hides() -> None:
    masked = np.ma.array([1.0, 2.0], mask=[True, False])
    for value in (masked, np.ma.array([1, 2]), [masked, masked], ([1.0], [np.ma.masked]), np.ma.masked):
        with pytest.raises(TypeError, match="`x` must not be a masked array, whose mask would be ignored: fill what"):
            arguments.as_array("x", value)


def test_other_arrays_become_plain_ones() -> None:
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([[1, 2], [3, 4]])
    array = arguments.as_array("x", matrix)
    assert type(array) is np.ndarray
    assert (array * array).tolist() == [[1, 4], [9, 16]]
    assert arguments.as_array("x", range(3)).tolist() == [0, 1, 2]
    assert arguments.as_array("x", np.array(3)).shape == ()


def test_any_integer_fits_where_its_value_does() -> None:
    assert arguments.fits("value", 2**70, np.float32) == np.float32(2.0**70)
    assert arguments.fits("value", 2**64 - 1, np.uint64) == 2**64 - 1
    assert arguments.fits("value", np.array(7), np.int8) == 7
    for value, dtype in [(2**64, "uint64"), (-(2**64), "int64"), (2**2000, "float64"), (2**200, "float32")]:
        with pytest.raises(ValueError, match=f"`value` .* cannot be held by an array of dtype {dtype}"):
            arguments.fits("value", value, dtype)


def test_no_array_has_more_bytes_than_a_process_can_address() -> None:
    arguments.must_be_possible("n", 1, (2**22, 2**22))
    arguments.must_be_possible("n", 1, (0, 2**44))
    for shape in ((2**22, 2**22 + 1), (0, 2**62), (2**200,)):
        with pytest.raises(ValueError, match=r"^`n` \(=1\) must not ask for an array of shape \(.*\): no memory holds"):
            arguments.must_be_possible("n", 1, shape)
