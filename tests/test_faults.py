"""The guards of the chapters notice faults that are planted in the library.

Each fault is a public function with a mistake that people make. It is put in the function's place everywhere in the
library, and chapters that use the function are run until a guard fails. That the guards hold without faults is what
`pytest docs` tests.

`make test` asks whether each fault is noticed by a chapter. `make test-faults` asks every chapter: of every function
that it uses, a fault must be noticed. (Not each of them: a chapter on symmetric kernels need not notice a missing flip,
nor one on layers with stride 1 a forgotten stride.)
"""

import inspect
import re
import sys
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convbook
import convbook.nn
from book.execution import chapters, guards
from book.execution.session import Session
from book.reference import usage

DOCS = Path(__file__).parents[1] / "docs"
Function = Callable[..., Any]


# Mistakes --------------------------------------------------------------------------------------------------------
def changed_call(change: Callable[[dict[str, Any]], None]) -> Callable[[Function], Function]:
    """Make a mistake in what a function takes: `change` gets all arguments by name, and puts others in their place."""

    def plant(f: Function) -> Function:
        signature = inspect.signature(f)

        def faulty(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            change(bound.arguments)
            return f(*bound.args, **bound.kwargs)

        return faulty

    return plant


def changed_arguments(**changes: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Make mistakes in single arguments: each change gets an argument's value and gives another."""

    def change(given: dict[str, Any]) -> None:
        given |= {name: one(given[name]) for name, one in changes.items()}

    return changed_call(change)


def changed_result(change: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Make a mistake in what a function gives."""
    return lambda f: lambda *args, **kwargs: change(f(*args, **kwargs))


def first_changed(change: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Make a mistake in the first of several results."""
    return changed_result(
        lambda result: (change(result[0]), *result[1:]) if isinstance(result, tuple) else change(result)
    )


def flipped(kernel: Any) -> Any:
    return np.flip(kernel)


def flipped_in_space(weight: Any) -> Any:
    return np.flip(weight, tuple(range(2, np.ndim(weight))))


def shifted(result: Any) -> Any:
    """Move every value by one place along each axis."""
    return np.roll(result, 1, tuple(range(np.ndim(result))))


def transposed(kernel: Any) -> Any:
    """Confuse rows and columns; what is not square is turned around, as its shape cannot change."""
    kernel = np.asarray(kernel)
    turned = np.swapaxes(kernel, -1, -2) if kernel.ndim > 1 else kernel[::-1]
    return turned if turned.shape == kernel.shape else np.flip(kernel)


def same_starts_late(f: Function) -> Function:
    signature = inspect.signature(f)

    def faulty(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        result = f(*args, **kwargs)
        return shifted(result) if bound.arguments["mode"] == "same" else result

    return faulty


def without_last(result: Any) -> Any:
    """Lose the value of the last place, as a loop that ends too early does."""
    result = np.array(result)
    result[..., -1] = 0
    return result


def dealt_channels(given: dict[str, Any]) -> None:
    """Give the groups their channels in turn, as cards are dealt, and not in blocks."""
    x, groups = np.asarray(given["x"]), given["groups"]
    if x.shape[1] % groups == 0:
        given["x"] = x[:, np.arange(x.shape[1]).reshape(-1, groups).T.ravel()]


def bias_for_each_channel(given: dict[str, Any]) -> None:
    """Add the bias inside the loop over input channels."""
    if given["bias"] is not None:
        given["bias"] = np.asarray(given["bias"]) * np.shape(given["weight"])[1]


def scaled(result: Any) -> Any:
    return np.asarray(result) * 2


def one_more(result: Any) -> Any:
    return tuple(n + 1 for n in result) if isinstance(result, tuple) else result + 1


def swapped_pairs(pairs: Any) -> Any:
    return [tuple(reversed(pair)) for pair in pairs] if np.ndim(pairs) > 1 else type(pairs)(reversed(pairs))


def each_block_alone(blocks: Any, h: Any) -> Any:
    """Filter each block as if nothing had come before it."""
    return (np.convolve(block, h)[: len(block)] for block in blocks)


LOSES = {"loses the last place": changed_result(without_last)}

#: public function -> mistake -> the function that makes it
FAULTS: dict[str, dict[str, Callable[[Function], Function]]] = {
    "convolve": {
        "does not flip": changed_arguments(h=flipped),
        "'same' starts one place late": same_starts_late,
        **LOSES,
    },
    "convolve_blocks": {"forgets the block before": lambda f: each_block_alone},
    "correlate": {
        "flips": changed_arguments(h=flipped),
        "'same' starts one place late": same_starts_late,
        **LOSES,
    },
    "normalized_correlate": {"is one place late": changed_result(shifted), "is twice as large": changed_result(scaled)},
    "conv": {
        "flips its kernel": changed_arguments(weight=flipped_in_space),
        "forgets the stride": changed_arguments(stride=lambda stride: 1),
        "forgets the dilation": changed_arguments(dilation=lambda dilation: 1),
        "counts the dilation from 0": changed_arguments(dilation=lambda dilation: np.add(dilation, 1)),
        "swaps the strides": changed_arguments(stride=lambda s: s if np.ndim(s) == 0 else s[::-1]),
        "deals the channels out to the groups": changed_call(dealt_channels),
        "adds the bias for each channel": changed_call(bias_for_each_channel),
        **LOSES,
    },
    "conv_vjp": {
        "the gradient of the input is mirrored": first_changed(flipped_in_space),
        "the gradient of the weights is mirrored": changed_result(
            lambda grads: (grads[0], flipped_in_space(grads[1]), *grads[2:])
        ),
    },
    "conv_transpose": {"does not flip": changed_arguments(weight=flipped_in_space)},
    "conv_transpose_vjp": {"the gradient of the input is mirrored": first_changed(flipped_in_space)},
    "corr1d": {"flips": changed_arguments(k=flipped), "is one place late": changed_result(shifted)},
    "corr2d": {"flips": changed_arguments(k=flipped), "confuses rows and columns": changed_arguments(k=transposed)},
    "corr2d_multi_in": {"flips the channels": changed_arguments(k=lambda k: np.flip(k, 0))},
    "corr2d_multi_in_out": {"flips the output channels": changed_arguments(k=lambda k: np.flip(k, 0))},
    "pool2d": {"forgets a row": changed_arguments(x=shifted)},
    "pad": {
        "swaps before and after": changed_result(flipped),
        "turns nothing upside down": changed_arguments(reflect_type=lambda _: "even"),
    },
    "pad_vjp": {"is mirrored": changed_result(flipped), "is twice as large": changed_result(scaled)},
    "unfold": {"places in the other order": changed_result(lambda columns: columns[..., ::-1])},
    "fold": {"is one place late": changed_result(shifted)},
    "output_size": {
        "is one too large": changed_result(one_more),
        "rounds up": changed_arguments(ceil_mode=lambda _: True),
        "forgets the dilation": changed_arguments(dilation=lambda _: 1),
    },
    "receptive_field": {
        "is one too large": changed_result(lambda field: field._replace(size=field.size + 1)),
        "forgets the strides": changed_arguments(layers=lambda layers: [(k, 1, *more) for k, _, *more in layers]),
        "forgets the dilations": changed_arguments(layers=lambda layers: [(k, s, 1, *p[1:]) for k, s, *p in layers]),
    },
    "input_sizes": {"is one too large": changed_result(one_more)},
    "transposed_output_size": {"is one too large": changed_result(one_more)},
    "same_padding": {"puts the odd cell before": changed_result(swapped_pairs)},
    "max_pool": {"takes the minimum": lambda f: lambda x, *args, **kwargs: -f(-np.asarray(x), *args, **kwargs)},
    "max_pool_vjp": {"sends the gradient elsewhere": changed_result(flipped_in_space)},
    "avg_pool": {"adds only": changed_result(scaled)},
    "avg_pool_vjp": {"is twice as large": changed_result(scaled)},
    "lp_pool": {"is twice as large": changed_result(scaled)},
    "adaptive_avg_pool": {"is twice as large": changed_result(scaled)},
    "adaptive_max_pool": {"is one place late": first_changed(shifted)},
    "global_avg_pool": {"adds only": changed_result(scaled), "loses a row": changed_arguments(x=without_last)},
    "global_max_pool": {"is twice as large": changed_result(scaled)},
    "nn.cross_entropy": {
        "has the gradient of the sum": changed_result(lambda result: (result[0], len(result[1]) * result[1])),
        "has the gradient's other sign": changed_result(lambda result: (result[0], -result[1])),
    },
    "kernels.box": {"adds only": changed_result(scaled)},
    "kernels.binomial": {"adds only": changed_result(scaled)},
    "kernels.gaussian": {"adds only": changed_result(scaled)},
    "kernels.sobel": {"points the other way": changed_result(flipped)},
    "kernels.laplacian": {"has the other sign": changed_result(np.negative)},
    "kernels.sharpen": {"has the other sign": changed_result(np.negative)},
    "kernels.separate": {"confuses columns and rows": changed_result(lambda pairs: [(v, u) for u, v in pairs])},
    "matrices.toeplitz": {"is transposed": changed_result(transposed)},
    "matrices.circulant": {
        "is transposed": changed_result(transposed),
        **LOSES,
    },
    "matrices.as_matrix": {"is transposed": changed_result(transposed)},
}
BOOK = [path for path in chapters.below(DOCS) if any("expect" in cell.metadata for cell in chapters.read(path).cells)]


def label(value: Path | str) -> str:
    return value.stem if isinstance(value, Path) else value


@cache
def used_by(path: Path) -> list[str]:
    """List the functions of the table that a chapter uses."""
    names = usage.names(chapters.read(path), "convbook")
    return [name for name in FAULTS if f"convbook.{name}" in names]


@cache
def users(name: str) -> list[Path]:
    """List the chapters that use a function, those first that say most about it."""
    word = re.compile(rf"\b{name.rpartition('.')[2]}\b")

    def share(path: Path) -> float:
        text = path.read_text(encoding="utf-8")
        return len(word.findall(text)) / len(text)

    return sorted((path for path in BOOK if name in used_by(path)), key=share, reverse=True)


# Planting --------------------------------------------------------------------------------------------------------
def public(name: str) -> Function:
    value: Any = convbook
    for part in name.split("."):
        value = getattr(value, part)
    return value


def put(monkeypatch: pytest.MonkeyPatch, sound: Function, other: Function) -> None:
    """Put a function in the place of another wherever a module of the library has it."""
    for module_name, module in list(sys.modules.items()):
        if module_name.split(".")[0] == "convbook":
            for name, value in list(vars(module).items()):
                if value is sound:
                    monkeypatch.setattr(module, name, other)


def first_fault(path: Path) -> str | None:
    """Run a chapter until a guard fails; say which."""
    with Session(path.parent) as session:
        for cell in chapters.read(path).cells:
            if chapters.missing(cell):
                continue
            outputs, _ = session.run(cell)
            if found := guards.faults(cell.metadata, outputs):
                return f"{path.name}:{cell.line}: {found[0]}"
    return None


@pytest.mark.parametrize("path", BOOK, ids=label)
def test_a_chapter_uses_a_function_whose_faults_are_known(path: Path) -> None:
    assert used_by(path)


def is_noticed(monkeypatch: pytest.MonkeyPatch, path: Path, name: str, mistake: str) -> bool:
    sound = public(name)
    with monkeypatch.context() as patch:
        put(patch, sound, wraps(sound)(FAULTS[name][mistake](sound)))
        return first_fault(path) is not None


@pytest.mark.parametrize(
    ("name", "mistake"), [(name, mistake) for name in FAULTS for mistake in FAULTS[name] if users(name)], ids=label
)
def test_a_chapter_notices_that(monkeypatch: pytest.MonkeyPatch, name: str, mistake: str) -> None:
    assert any(is_noticed(monkeypatch, path, name, mistake) for path in users(name))


@pytest.mark.every_chapter
@pytest.mark.parametrize(("path", "name"), [(path, name) for path in BOOK for name in used_by(path)], ids=label)
def test_the_guards_of_a_chapter_notice_a_fault_of(monkeypatch: pytest.MonkeyPatch, path: Path, name: str) -> None:
    if any(is_noticed(monkeypatch, path, name, mistake) for mistake in FAULTS[name]):
        return
    pytest.fail(f"No guard of {path.name} notices when `{name}` {' or '.join(FAULTS[name])}: guard a number of its.")
