"""What a check says of a reader's code: nothing if it is right, and otherwise one sentence.

It needs NumPy alone: pages bring it to the browser, and notebooks have the text of `judge` and what it calls in a cell.
"""

import copy

import numpy as np


def defined_by(code):
    """Run a check's code in names of its own, and give them."""
    check = {"__name__": "check", "np": np}
    exec(compile(code, "<check>", "exec"), check)
    return check


def judge(name, found, check):
    """Say what is wrong with `found`, which the reader has called `name`; say nothing if it is right.

    `check` has what the check's code defines: for a function ``cases``, each a tuple of arguments, and ``right``; for a
    value ``fault``, a function that says what is wrong with it or gives ``None``. ``mistakes`` maps what a reader is
    told to a function, or a value, that makes this very mistake.
    """
    if found is None or found is ...:
        return f"`{name}` has no value yet."
    if "fault" in check:
        try:
            return check["fault"](found)
        except Exception as error:
            return f"`{name}` could not be checked: {in_a_line(error)}"
    if not callable(found):
        return f"`{name}` is not a function."
    for case in check["cases"]:
        given = copy.deepcopy(case)
        got, wanted = outcome_of(found, given), outcome_of(check["right"], copy.deepcopy(case))
        call = f"`{name}({', '.join(map(in_a_line, case))})`"
        if same_outcome(got, wanted):
            if all(map(same_outcome, given, case)):
                continue
            return f"{call} is right, but it changes what it is given."
        for words, mistake in check["mistakes"].items():
            if same_outcome(got, outcome_of(mistake, copy.deepcopy(case))):
                return words
        return f"{call} {unlike(got, wanted)}."
    return None


def outcome_of(function, arguments):
    """Give what a function returns, or the exception that ends it."""
    try:
        return function(*arguments)
    except Exception as error:
        return error


def same_outcome(one, other):
    """Whether two outcomes are the same: shape and numbers to rounding, or the exception."""
    if isinstance(one, Exception) or isinstance(other, Exception):
        return type(one) is type(other) and str(one) == str(other)
    try:
        one, other = np.asarray(one), np.asarray(other)
    except ValueError:  # lists of unequal lengths
        same = type(one) is type(other) and len(one) == len(other)
        return same and all(map(same_outcome, one, other))
    if one.shape != other.shape or (one.dtype.kind == "c") != (other.dtype.kind == "c"):
        return False
    if one.dtype.kind in "biufc" and other.dtype.kind in "biufc":
        return bool(np.allclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True))
    return bool(np.all(one == other))


def unlike(got, wanted):
    """Say what came instead of what; of long arrays of one shape, the first number that differs."""
    if isinstance(got, Exception):
        return f"ends with {in_a_line(got)}, not {in_a_line(wanted)}"
    if isinstance(got, np.ndarray) and in_a_line(got) == in_a_line(wanted):
        differ = ~np.isclose(got, wanted, rtol=1e-6, atol=1e-9, equal_nan=True)
        place = tuple(map(int, np.argwhere(differ)[0])) if differ.any() else ()
        return f"has {in_a_line(got[place])} at {list(place)}, not {in_a_line(wanted[place])}"
    return f"gives {in_a_line(got)}, not {in_a_line(wanted)}"


def in_a_line(value):
    """Write a value in a line, shortened if it is long."""
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    text = repr(plain_value(value))
    if isinstance(value, np.ndarray) and len(text) > 80:
        return f"an array of shape {value.shape}"
    return text if len(text) <= 80 else f"{text[:79]}…"


def plain_value(value):
    """Give Python's own numbers, lists and dictionaries for NumPy's, without the last digits of a rounding."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, dict):
        return {key: plain_value(one) for key, one in value.items()}
    return type(value)(map(plain_value, value)) if type(value) in (list, tuple) else value
