"""Random calls with everything unequal, and what convbook answers to them.

Shared by the recorded comparison (tests/test_recorded.py), by its recorder and by the live comparison. A case is
plain data: a family, arrays, and keyword options that a JSON file can hold.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

import convbook

FAMILIES = (
    "conv",
    "conv_transpose",
    "max_pool",
    "max_unpool",
    "avg_pool",
    "lp_pool",
    "adaptive_avg_pool",
    "adaptive_max_pool",
    "unfold",
    "fold",
)


@dataclass(frozen=True)
class Case:
    family: str
    arrays: dict[str, np.ndarray]
    options: dict[str, Any]


class Drawer:
    """Draws cases; every number is a small multiple of 1/8, so that sums are exact and ties are frequent."""

    def __init__(self, rng: np.random.Generator, *, most: int = 5, complex_too: bool = False) -> None:
        self.rng = rng
        self.most = most
        self.complex_too = complex_too

    def integer(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def integers(self, low: int, high: int, axes: int) -> list[int]:
        return [self.integer(low, high) for _ in range(axes)]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def array(self, *shape: int, complex_: bool = False) -> np.ndarray:
        values = self.rng.integers(-16, 17, shape) / 8
        return values + 1j * self.rng.integers(-16, 17, shape) / 8 if complex_ else values

    def one_or_each(self, values: list[int]) -> int | list[int]:
        """Write equal values as one integer half of the time."""
        return values[0] if len(set(values)) == 1 and self.chance(0.5) else values

    def case(self, family: str) -> Case:
        arrays, options = getattr(self, f"_{family}")()
        return Case(family, arrays, options)

    def _windows(self, axes: int, *, dilated: bool = True, symmetric: bool = False) -> dict[str, Any]:
        """Draw kernels, strides, dilations, pads and a size that has at least one window on every axis."""
        kernel = self.integers(1, 4 if axes < 3 else 3, axes)
        stride = self.integers(1, 3, axes)
        dilation = self.integers(1, 3, axes) if dilated and self.chance(0.6) else [1] * axes
        span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        pads: Any
        if symmetric:
            pads = [self.integer(0, k // 2) for k in kernel]
            total = [2 * p for p in pads]
        else:
            pads = [[self.integer(0, s), self.integer(0, s)] for s in span]
            total = [sum(pair) for pair in pads]
        size = [max(1, s - p) + self.integer(0, self.most if axes < 3 else 2) for s, p in zip(span, total, strict=True)]
        return {"size": size, "kernel": kernel, "stride": stride, "dilation": dilation, "padding": pads}

    def _conv(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        axes = self.integer(1, 3)
        w = self._windows(axes)
        groups = self.integer(1, 3)
        per_group, filters = self.integer(1, 3), self.integer(1, 3)
        complex_ = self.complex_too and self.chance(0.15)
        arrays = {
            "x": self.array(self.integer(0, 3), groups * per_group, *w["size"], complex_=complex_),
            "weight": self.array(groups * filters, per_group, *w["kernel"], complex_=complex_),
        }
        if self.chance(0.5):
            arrays["bias"] = self.array(groups * filters, complex_=complex_)
        padding: Any = w["padding"]
        spans = [d * (k - 1) + 1 for k, d in zip(w["kernel"], w["dilation"], strict=True)]
        if self.chance(0.15):
            padding, w["stride"] = "same", [1] * axes
        elif self.chance(0.1) and all(n >= span for n, span in zip(w["size"], spans, strict=True)):
            padding = "valid"
        return arrays, {
            "stride": self.one_or_each(w["stride"]),
            "padding": padding,
            "dilation": self.one_or_each(w["dilation"]),
            "groups": groups,
        }

    def _conv_transpose(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        axes = self.integer(1, 3)
        groups = self.integer(1, 3)
        per_group, filters = self.integer(1, 3), self.integer(1, 3)
        size = self.integers(1, 5 if axes < 3 else 3, axes)
        kernel = self.integers(1, 4 if axes < 3 else 3, axes)
        stride, dilation = self.integers(1, 3, axes), self.integers(1, 3, axes)
        extra = [self.integer(0, max(s, d) - 1) for s, d in zip(stride, dilation, strict=True)]
        padding = []
        for o, k, s, d, a in zip(size, kernel, stride, dilation, extra, strict=True):
            full = (o - 1) * s + d * (k - 1) + 1 + a
            before = self.integer(0, min(full - 1, d * (k - 1) + 1))
            padding.append([before, self.integer(0, min(full - 1 - before, d * (k - 1) + 1))])
        complex_ = self.complex_too and self.chance(0.15)
        arrays = {
            "x": self.array(self.integer(0, 3), groups * per_group, *size, complex_=complex_),
            "weight": self.array(groups * per_group, filters, *kernel, complex_=complex_),
        }
        if self.chance(0.5):
            arrays["bias"] = self.array(groups * filters, complex_=complex_)
        return arrays, {
            "stride": self.one_or_each(stride),
            "padding": padding,
            "output_padding": self.one_or_each(extra),
            "dilation": self.one_or_each(dilation),
            "groups": groups,
        }

    def _pool(self, *, dilated: bool, padded: bool = True) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Draw a pooling: unequal pads, or `ceil_mode` with the symmetric pads that the peer's rule is about."""
        axes = self.integer(1, 3)
        ceil_mode = self.chance(0.5)
        w = self._windows(axes, dilated=dilated, symmetric=ceil_mode)
        if not padded:
            w["size"] = [n + (2 * p if ceil_mode else sum(p)) for n, p in zip(w["size"], w["padding"], strict=True)]
            w["padding"] = [0] * axes
        elif not ceil_mode:  # no window may lie in the padding altogether: the peer has no answer to that
            w["padding"] = [
                [min(b, k - 1), min(a, k - 1)] if d == 1 else [0, 0]
                for (b, a), k, d in zip(w["padding"], w["kernel"], w["dilation"], strict=True)
            ]
            w["size"] = [max(n, d * (k - 1) + 1) for n, k, d in zip(w["size"], w["kernel"], w["dilation"], strict=True)]
        elif any(d > 1 for d in w["dilation"]):
            w["size"] = [max(n, d * (k - 1) + 1) for n, k, d in zip(w["size"], w["kernel"], w["dilation"], strict=True)]
        arrays = {"x": self.array(self.integer(0, 3), self.integer(1, 3), *w["size"])}
        options = {
            "kernel_size": self.one_or_each(w["kernel"]),
            "stride": None if self.chance(0.2) else self.one_or_each(w["stride"]),
            "padding": w["padding"],
            "ceil_mode": ceil_mode,
        }
        if dilated:
            options["dilation"] = self.one_or_each(w["dilation"])
        return arrays, options

    def _max_pool(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        return self._pool(dilated=True)

    def _avg_pool(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        arrays, options = self._pool(dilated=False)
        if arrays["x"].ndim == 5:  # there the peer refuses inputs smaller than the window, whatever the padding
            kernel = options["kernel_size"]
            kernel = [kernel] * 3 if isinstance(kernel, int) else kernel
            size = [max(n, k) for n, k in zip(arrays["x"].shape[2:], kernel, strict=True)]
            arrays["x"] = self.array(*arrays["x"].shape[:2], *size)
        options["count_include_pad"] = self.chance(0.5)
        options["divisor_override"] = (self.integer(-5, 5) or None) if self.chance(0.2) else None
        return arrays, options

    def _lp_pool(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        arrays, options = self._pool(dilated=False, padded=False)
        options["ceil_mode"] = False  # the peer rescales windows that reach beyond the input
        options["p"] = float(self.rng.choice([1.0, 1.5, 2.0, 3.0, 4.0]))
        return arrays, options

    def _max_unpool(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        axes = self.integer(1, 3)
        size = self.integers(2, 5, axes)
        pooled = [self.integer(1, n) for n in size]
        lead = (self.integer(0, 3), self.integer(1, 3))
        cells, outputs = int(np.prod(size)), int(np.prod(pooled))
        indices = [self.rng.permutation(cells)[:outputs] for _ in range(lead[0] * lead[1])]
        arrays = {
            "y": self.array(*lead, *pooled),
            "indices": np.array(indices, dtype=np.int64).reshape(*lead, *pooled),
        }
        return arrays, {"output_size": size}

    def _adaptive(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        axes = self.integer(1, 3)
        size = self.integers(1, 7 if axes < 3 else 5, axes)
        wanted: list[Any] = [self.integer(1, n + 2) for n in size]
        wanted = [None if self.chance(0.15) else o for o in wanted]
        return {"x": self.array(self.integer(0, 3), self.integer(1, 3), *size)}, {"output_size": wanted}

    _adaptive_avg_pool = _adaptive
    _adaptive_max_pool = _adaptive

    def _unfold(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        w = self._windows(2)
        arrays = {"x": self.array(self.integer(0, 3), self.integer(1, 3), *w["size"])}
        return arrays, {
            "kernel_size": self.one_or_each(w["kernel"]),
            "stride": self.one_or_each(w["stride"]),
            "padding": w["padding"],
            "dilation": self.one_or_each(w["dilation"]),
        }

    def _fold(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        arrays, options = self._unfold()
        x = arrays["x"]
        kernel = options["kernel_size"]
        kernel = [kernel, kernel] if isinstance(kernel, int) else kernel
        outputs = convbook.output_size(x.shape[2:], **options)
        cols = self.array(x.shape[0], x.shape[1] * int(np.prod(kernel)), int(np.prod(outputs)))
        return {"cols": cols}, {"output_size": list(x.shape[2:]), **options}


def draw_grad(rng: np.random.Generator, y: np.ndarray) -> np.ndarray:
    """Draw a gradient for an output."""
    values = rng.integers(-16, 17, y.shape) / 8
    return values + 1j * rng.integers(-16, 17, y.shape) / 8 if np.iscomplexobj(y) else values


def ours(case: Case, grad: np.ndarray) -> dict[str, np.ndarray]:
    """Return what convbook answers: the output ``y``, and the gradients where it has a vjp."""
    a, options = case.arrays, case.options
    if case.family in ("conv", "conv_transpose"):
        forward = getattr(convbook, case.family)
        vjp = getattr(convbook, f"{case.family}_vjp")
        operands = (a["x"], a["weight"], a.get("bias"))
        names = ("grad_x", "grad_weight", "grad_bias")[: 3 if "bias" in a else 2]
        found = vjp(grad, *operands, **options)
        return {"y": forward(*operands, **options)} | dict(zip(names, found, strict=True))
    if case.family == "max_pool":
        y, indices = convbook.max_pool(a["x"], **options, return_indices=True)
        assert np.array_equal(y, convbook.max_pool(a["x"], **options))
        return {"y": y, "indices": indices, "grad_x": convbook.max_pool_vjp(grad, a["x"], **options)}
    if case.family == "avg_pool":
        y = convbook.avg_pool(a["x"], **options)
        return {"y": y, "grad_x": convbook.avg_pool_vjp(grad, a["x"], **options)}
    if case.family == "adaptive_max_pool":
        y, indices = convbook.adaptive_max_pool(a["x"], **options, return_indices=True)
        return {"y": y, "indices": indices}
    if case.family == "max_unpool":
        return {"y": convbook.max_unpool(a["y"], a["indices"], **options)}
    (operand,) = a.values()
    return {"y": getattr(convbook, case.family)(operand, **options)}


def mismatch(found: dict[str, np.ndarray], wanted: dict[str, np.ndarray], tolerance: float = 1e-12) -> str:
    """Return what differs, or nothing: shapes exactly, numbers relative to the largest."""
    for name, theirs in wanted.items():
        mine = found[name]
        if mine.shape != theirs.shape:
            return f"{name}: shape {mine.shape}, not {theirs.shape}"
        if theirs.size == 0:
            continue
        error = np.abs(mine - theirs).max()
        if not error <= tolerance * max(1.0, np.abs(theirs).max()):
            return f"{name}: differs by {error:.3g}"
    return ""
