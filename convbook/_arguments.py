"""What a caller wrote, turned into one plain form or refused with one sentence.

Every public function passes its arguments through here once, before any work; what lies behind it (shapes,
windows, algorithms) computes on plain tuples of integers and numeric arrays and never checks again.
"""

import math
import operator
import reprlib
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]
Pair = tuple[int, int]
PerAxis = int | Sequence[int]
Padding = int | str | Sequence[int | Pair]

#: A process can address this many bytes, whatever memory there is: on today's 64-bit machines, and where addresses
#: have 32 bits, as in a browser.
_ADDRESSES = min(1 << 47, sys.maxsize)


def show(value: object) -> str:
    """Write a refused value, shortly: an array by shape and dtype, anything else by its (cut) ``repr``."""
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"array of shape {value.shape} and dtype {value.dtype}"
    return reprlib.repr(value.tolist() if isinstance(value, np.ndarray) else value)


def count(amount: int, noun: str) -> str:
    """Write a number with its noun: ``1 axis``, ``2 axes``, ``3 channels``."""
    if amount == 1:
        return f"1 {noun}"
    return f"{amount} axes" if noun == "axis" else f"{amount} {noun}s"


# Arrays


def as_array(
    name: str,
    value: ArrayLike,
    *,
    ndim: int | None = None,
    min_ndim: int = 0,
    layout: str = "",
    real: bool = False,
    lazy: bool = False,
) -> Array:
    """Return `value` as an array of numbers (the very array, if it is one) that has the axes it needs.

    `layout` names the axes in the refusal, e.g. ``"(N, C, *spatial)"``; `real` refuses complex numbers. Only with
    `lazy` may it be a Dask array, which is returned as it is: of its numbers nothing is known before they are computed.
    """
    if is_lazy(value):
        as_array(name, _outline(name, value, lazy), ndim=ndim, min_ndim=min_ndim, layout=layout, real=real)
        return value  # type: ignore[return-value]
    types = _types_in(value)
    if any(issubclass(one, np.ma.MaskedArray) for one in types):
        raise TypeError(f"`{name}` must not be a masked array, whose mask would be ignored: fill what it hides.")
    try:
        array = np.asarray(value)
        if types - {bool} == {int} and array.dtype.kind in "fO":  # large ones, which NumPy rounds or makes objects of
            array = np.asarray(value, np.uint64)
    except ValueError as error:  # ragged nesting
        raise ValueError(f"`{name}` must be a rectangular array of numbers, but its rows differ in length.") from error
    except OverflowError as error:
        raise ValueError(f"`{name}` (={show(value)}) must hold integers that one type of 64 bits holds.") from error
    if array.dtype.kind not in "biufc":
        raise TypeError(f"`{name}` must hold real or complex numbers, not values of dtype {array.dtype}.")
    if real and array.dtype.kind == "c":
        raise TypeError(f"`{name}` must hold real numbers, which have an order, not values of dtype {array.dtype}.")
    if array.ndim < min_ndim or (ndim is not None and array.ndim != ndim):
        needed = count(ndim, "axis") if ndim is not None else f"at least {count(min_ndim, 'axis')}"
        layout = f" {layout}" if layout else ""
        raise ValueError(f"`{name}` (of shape {array.shape}) must have {needed}{layout}, not {array.ndim}.")
    return array


def is_lazy(value: object) -> bool:
    """Return whether `value` is a Dask array. Who has one has imported Dask; nobody else has to wait for it."""
    return isinstance(value, getattr(sys.modules.get("dask.array"), "Array", ()))


def _outline(name: str, value: Any, lazy: bool) -> Array:
    """Return shape and type of a Dask array as an array that takes no memory, if such a one is welcome."""
    if not lazy:
        raise TypeError(f"`{name}` must be an array in memory, not a Dask array: its `compute` makes one of it.")
    kind = value._meta
    if not isinstance(kind, np.ndarray):
        raise TypeError(f"`{name}` must be a Dask array of NumPy arrays, not of {type(kind).__name__}.")
    if any(map(math.isnan, value.shape)):
        raise ValueError(f"`{name}` must have chunks of known sizes: its `compute_chunk_sizes` finds them.")
    if isinstance(kind, np.ma.MaskedArray):
        return kind
    return np.broadcast_to(np.empty((), value.dtype), value.shape)


def _types_in(value: object) -> set[type]:
    """Return the types of what nested lists hold."""
    types = set(map(type, value)) if isinstance(value, (list, tuple)) else {type(value)}
    return set().union(*map(_types_in, value)) if types & {list, tuple} else types  # type: ignore[call-overload]


def must_be_possible(name: str, value: object, shape: tuple[int, ...]) -> None:
    """Refuse a value that asks for an array of more bytes than a process can address: NumPy's refusal names nothing."""
    if len(shape) > 64 or 8 * math.prod(max(size, 1) for size in shape) > _ADDRESSES:
        shown = reprlib.repr(shape)
        raise ValueError(f"`{name}` (={show(value)}) must not ask for an array of shape {shown}: no memory holds it.")


def must_have_shape(name: str, array: Array, shape: tuple[int, ...], meaning: str) -> None:
    """Refuse an array whose shape is not `shape`; `meaning` says in words whose shape that is."""
    if array.shape != shape:
        raise ValueError(f"`{name}` (of shape {array.shape}) must have the shape {shape} of {meaning}.")


def must_have_as_many_axes(*operands: tuple[str, tuple[int, ...]]) -> None:
    """Refuse two operands, given by name and shape, if one is empty or their ranks differ."""
    for name, shape in operands:
        if 0 in shape:
            raise ValueError(f"`{name}` (of shape {shape}) must have at least one element.")
    (first, n), (second, k) = operands
    if len(n) != len(k):
        raise ValueError(f"`{second}` (of shape {k}) must have as many axes as `{first}` (of shape {n}).")


def sum_dtypes(*operands: Array) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """Return the dtypes in which a sum of products of `operands` is accumulated and returned.

    Floats and complex numbers keep NumPy's common type; float16 is accumulated in float32. Booleans and
    integers are accumulated and returned in 64 bits, modulo 2**64: as uint64 if that is their common type, else as
    int64. So images in uint8 never wrap.
    """
    return dtypes_of_sums(*types_in_sums(*operands))


def types_in_sums(*operands: Array) -> tuple[np.dtype[Any], ...]:
    """Return the dtypes as which `operands` count in a sum: their own, except where uint64 meets signed integers.

    NumPy's common type of these is float64, which rounds. Here it is uint64 if none of the numbers is negative, so
    that large sums are what they are, and int64 otherwise, so that negative ones are. Those of a Dask array may be.
    """
    dtypes = tuple(operand.dtype for operand in operands)
    if {dtype.kind for dtype in dtypes} - {"b"} == {"i", "u"} and np.result_type(*dtypes).kind == "f":
        negative = any(x.dtype.kind == "i" and (is_lazy(x) or x.min(initial=0) < 0) for x in operands)
        dtypes = (np.dtype(np.int64 if negative else np.uint64),) * len(dtypes)
    return dtypes


@cache
def dtypes_of_sums(*dtypes: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """Return what :func:`sum_dtypes` returns for operands that count as these dtypes."""
    common = np.result_type(*dtypes).newbyteorder("=")
    if common.kind in "biu":
        common = np.dtype(np.uint64 if common == np.uint64 else np.int64)
    return np.dtype(np.float32) if common == np.float16 else common, common


def mean_dtypes(*operands: Array) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """Return the dtypes in which a mean or a root is computed and returned: integers become float64."""
    accumulate, result = sum_dtypes(*operands)
    if accumulate.kind in "iu":
        return np.dtype(np.float64), np.dtype(np.float64)
    return accumulate, result


def real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype of the real part of numbers of `dtype`."""
    return np.zeros((), dtype).real.dtype


def fits(name: str, value: object, dtype: DTypeLike) -> Any:
    """Return the number `value` in `dtype`, perhaps rounded, or refuse what that type cannot hold."""
    target = np.dtype(dtype)

    def refusal() -> ValueError:
        return ValueError(f"`{name}` (={show(value)}) cannot be held by an array of dtype {target}.")

    whole = _index(value)
    try:
        given = value if whole is None or -(2**63) <= whole < 2**64 else float(whole)
    except OverflowError as error:
        raise refusal() from error
    scalar = as_array(name, given, ndim=0, layout="(a single number)")  # type: ignore[arg-type]

    if scalar.dtype.kind == "c" and target.kind != "c":
        raise refusal()
    if target.kind in "biu":
        low, high = (0, 1) if target.kind == "b" else (np.iinfo(target).min, np.iinfo(target).max)
        exact = scalar.item()
        if not math.isfinite(exact) or exact != int(exact) or not low <= exact <= high:
            raise refusal()
    with np.errstate(over="ignore"):
        held = scalar.astype(target)[()]
    if np.isinf(held) and not np.isinf(scalar):
        raise refusal()
    return held


# Single values


def one_of(name: str, value: object, choices: Collection[str]) -> str:
    """Return `value` if it is one of the words `choices`."""
    if isinstance(value, str) and value in choices:
        return value
    words = ", ".join(repr(choice) for choice in choices)
    error = ValueError if isinstance(value, str) else TypeError
    raise error(f"`{name}` (={show(value)}) must be one of {words}.")


def integer(name: str, value: object, minimum: int | None = None) -> int:
    """Return `value` as a Python int: anything with ``__index__`` except truth values; floats are refused."""
    whole = _index(value)
    if whole is None:
        raise TypeError(f"`{name}` (={show(value)}) must be an integer.")
    if minimum is not None and whole < minimum:
        raise ValueError(f"`{name}` (={whole}) must be at least {minimum}.")
    return whole


def number(name: str, value: object) -> float:
    """Return the real number `value` as a Python float."""
    single = value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if isinstance(single, (bool, np.bool_)) or not isinstance(single, (int, float, np.integer, np.floating)):
        raise TypeError(f"`{name}` (={show(value)}) must be a real number.")
    try:
        return float(single)
    except OverflowError as error:  # an integer of Python may have any number of digits
        raise ValueError(f"`{name}` (={show(value)}) must be at most {sys.float_info.max:.2g}.") from error


def positive(name: str, value: object, *, finite: bool = True) -> float:
    """Return `value` as a Python float greater than 0; infinity only where `finite` is false, NaN never."""
    found = number(name, value)
    if not found > 0 or (finite and math.isinf(found)):
        raise ValueError(f"`{name}` (={show(value)}) must be {'finite and ' if finite else ''}greater than 0.")
    return found


def flag(name: str, value: object) -> bool:
    """Return the truth value `value`, and nothing that merely has one."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"`{name}` (={show(value)}) must be True or False.")
    return bool(value)


# One entry per axis


def per_axis(
    name: str,
    value: object,
    axes: int,
    minimum: int,
    *,
    axis: str = "spatial axis",
    instead_of_none: Sequence[int] = (),
) -> tuple[int, ...]:
    """Return one integer for each of `axes` axes, from an integer (the same for all) or a sequence.

    With `instead_of_none` an entry of the sequence may be None, and is taken from there.
    """
    whole = _index(value)
    forms = f"an integer or one integer{' or None' if instead_of_none else ''} per {axis}"
    entries = [whole] * axes if whole is not None else _entries(value)
    if len(entries) == len(instead_of_none):
        pairs = zip(entries, instead_of_none, strict=True)
        entries = [kept if entry is None else entry for entry, kept in pairs]
    found = tuple(index for entry in entries if (index := _index(entry)) is not None)
    if len(found) < len(entries):
        raise TypeError(f"`{name}` (={show(value)}) must be {forms}.")
    _one_entry_per_axis(name, value, len(found), axes, axis)
    if any(entry < minimum for entry in found):
        everywhere = "" if whole is not None else f" on every {axis}"
        raise ValueError(f"`{name}` (={show(value)}) must be at least {minimum}{everywhere}.")
    return found


def padding_pairs(
    name: str,
    value: object,
    axes: int,
    *,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> tuple[Pair, ...]:
    """Return one ``(before, after)`` for each spatial axis.

    `value` is an integer, one integer or one pair per axis, ``"valid"`` (no padding) or ``"same"`` (as many
    outputs as inputs, which needs stride 1; an odd cell goes after).
    """
    axis = "spatial axis"
    forms = f"an integer, one integer or one (before, after) pair per {axis}, 'same' or 'valid'"
    if isinstance(value, str):
        if value not in ("same", "valid"):
            raise ValueError(f"`{name}` (={show(value)}) must be {forms}.")
        if value == "valid":
            return ((0, 0),) * axes
        if any(step != 1 for step in stride):
            advice = "`same_padding` gives the pads for larger strides"
            raise ValueError(f"`{name}` (='same') needs `stride` 1, not {stride}; {advice}.")
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return tuple((total // 2, total - total // 2) for total in totals)
    whole = _index(value)
    entries = [whole] * axes if whole is not None else _entries(value)
    pairs = [_pair(entry) for entry in entries]
    if None in pairs:
        raise TypeError(f"`{name}` (={show(value)}) must be {forms}.")
    _one_entry_per_axis(name, value, len(pairs), axes, axis)
    result = tuple(pair for pair in pairs if pair is not None)
    if any(cells < 0 for pair in result for cells in pair):
        everywhere = "" if whole is not None else f" on every {axis}"
        raise ValueError(f"`{name}` (={show(value)}) must be at least 0{everywhere}.")
    return result


def pad_pairs(name: str, value: object, axes: int) -> tuple[Pair, ...]:
    """Return one ``(before, after)`` for each of `axes` axes, from any form that :func:`numpy.pad` accepts.

    `value` is an integer, one pair for every axis (or its one-entry short form), one such entry for each
    axis, or a mapping from axes to such entries.
    """
    forms = "an integer, a (before, after) pair, one pair per axis, or a mapping from axes to pairs"
    refusal = TypeError(f"`{name}` (={show(value)}) must be {forms}.")
    if isinstance(value, Mapping):
        chosen: list[Pair | None] = [(0, 0)] * axes
        for key, entry in value.items():
            axis = _index(key)
            if axis is None:
                raise refusal
            if not -axes <= axis < axes:
                raise ValueError(f"`{name}` (={show(value)}) names axis {axis} of an array with {count(axes, 'axis')}.")
            chosen[axis] = _pair(entry)
        pairs = chosen
    elif (single := _pair(value)) is not None:
        pairs = [single] * axes
    elif is_several(value):
        pairs = [_pair(entry[0] if is_several(entry) and len(entry) == 1 else entry) for entry in value]
        pairs = pairs * axes if len(pairs) == 1 else pairs
    else:
        raise refusal
    if None in pairs:
        raise refusal
    _one_entry_per_axis(name, value, len(pairs), axes, "axis")
    result = tuple(pair for pair in pairs if pair is not None)
    if any(cells < 0 for pair in result for cells in pair):
        raise ValueError(f"`{name}` (={show(value)}) must be at least 0.")
    return result


def is_several(value: object) -> TypeGuard[Sequence[Any]]:
    """Return whether `value` has entries: a list, a tuple, a range or an array with an axis."""
    return isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _index(value: object) -> int | None:
    """Return the integer that `value` is, or None."""
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def _pair(entry: object) -> Pair | None:
    """Return the pair of integers that an integer (the same twice) or a pair is, or None."""
    whole = _index(entry)
    if whole is not None:
        return whole, whole
    if not is_several(entry) or len(entry) != 2:
        return None
    before, after = _index(entry[0]), _index(entry[1])
    return None if before is None or after is None else (before, after)


def _entries(value: object) -> Sequence[Any]:
    """Return what `value` has for each axis; a word, which no axis takes, if it has no entries."""
    return value if is_several(value) else ["none"]


def _one_entry_per_axis(name: str, value: object, given: int, axes: int, axis: str) -> None:
    if given != axes:
        raise ValueError(f"`{name}` (={show(value)}) must have one entry per {axis}: {axes}, not {given}.")
