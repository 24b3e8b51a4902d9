"""What PyTorch answers to a case, in float64. Pads that it cannot express are added or cropped around its call."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (everybody calls it that)
from cases import Case, draw_grad


def theirs(case: Case, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the output ``y``, a drawn gradient ``grad`` for it and the gradients that it leads to."""
    tensors = {name: torch.tensor(array) for name, array in case.arrays.items()}
    for tensor in tensors.values():
        if tensor.is_floating_point() or tensor.is_complex():
            tensor.requires_grad_()
    answer = globals()[f"_{case.family}"](tensors, dict(case.options))
    y, found = answer if isinstance(answer, tuple) else (answer, {})
    grad = draw_grad(rng, y.detach().numpy())
    results = {"y": y.detach().numpy(), "grad": grad}
    results |= {name: tensor.numpy() for name, tensor in found.items()}
    if case.family in ("conv", "conv_transpose", "max_pool", "avg_pool"):
        y.backward(torch.tensor(grad))
        for name, tensor in tensors.items():
            gradient = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
            results[f"grad_{name}"] = gradient.numpy()
    return results


def _torch_pads(pairs: list[list[int]]) -> list[int]:
    """Write pairs in PyTorch's order: the last axis first."""
    return [cells for pair in reversed(pairs) for cells in pair]


def _conv(t: dict[str, torch.Tensor], options: dict[str, Any]) -> torch.Tensor:
    x, padding = t["x"], options.pop("padding")
    if not isinstance(padding, str):
        x, padding = F.pad(x, _torch_pads(padding)), 0
    return getattr(F, f"conv{x.ndim - 2}d")(x, t["weight"], t.get("bias"), padding=padding, **options)


def _conv_transpose(t: dict[str, torch.Tensor], options: dict[str, Any]) -> torch.Tensor:
    x, pairs = t["x"], options.pop("padding")
    y = getattr(F, f"conv_transpose{x.ndim - 2}d")(x, t["weight"], t.get("bias"), **options)
    for axis, (before, after) in enumerate(pairs, 2):
        y = y.narrow(axis, before, y.shape[axis] - before - after)
    return y


def _split_pads(options: dict[str, Any], axes: int) -> tuple[list[int], list[list[int]]]:
    """Return the pads for PyTorch itself, and those to be added before its call."""
    padding = options.pop("padding")
    if options["ceil_mode"]:
        return padding, [[0, 0]] * axes
    return [0] * axes, [[p, p] if isinstance(p, int) else p for p in padding]


def _max_pool(t: dict[str, torch.Tensor], options: dict[str, Any]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    x = t["x"]
    axes = x.ndim - 2
    inside, before = _split_pads(options, axes)
    padded = F.pad(x, _torch_pads(before), value=-torch.inf)
    y, indices = getattr(F, f"max_pool{axes}d")(padded, padding=inside, return_indices=True, **options)
    # PyTorch counts within what it got: translate its flat indices into the plane of x.
    places = np.unravel_index(indices.numpy(), padded.shape[2:])
    places = tuple(place - pair[0] for place, pair in zip(places, before, strict=True))
    return y, {"indices": torch.tensor(np.ravel_multi_index(places, x.shape[2:]))}


def _avg_pool(t: dict[str, torch.Tensor], options: dict[str, Any]) -> torch.Tensor:
    x = t["x"]
    axes = x.ndim - 2
    inside, before = _split_pads(options, axes)
    include, divisor = options.pop("count_include_pad"), options.pop("divisor_override")
    pool = getattr(F, f"avg_pool{axes}d")

    def total(values: torch.Tensor) -> torch.Tensor:
        """Add up each window, by the mean that counts the padding."""
        return pool(values, padding=inside, count_include_pad=True, **options)

    if axes > 1:
        if options["ceil_mode"]:
            return pool(x, padding=inside, count_include_pad=include, divisor_override=divisor, **options)
        padded = F.pad(x, _torch_pads(before))
        if include or divisor:
            return pool(padded, divisor_override=divisor, **options)
        return total(padded) / total(F.pad(torch.ones_like(x), _torch_pads(before)))
    if options["ceil_mode"] and not divisor:
        return pool(x, padding=inside, count_include_pad=include, **options)
    # One axis: PyTorch has no divisor there; two axes with one row are the same thing.
    stride = options["stride"]
    options = {
        "kernel_size": [1, *_listed(options["kernel_size"])],
        "stride": None if stride is None else [1, *_listed(stride)],
        "ceil_mode": options["ceil_mode"],
    }
    row = F.pad(x, _torch_pads(before))[:, :, None]
    if include or divisor:
        return F.avg_pool2d(row, padding=[0, *inside], divisor_override=divisor, **options)[:, :, 0]
    ones = F.pad(torch.ones_like(x), _torch_pads(before))[:, :, None]
    return (F.avg_pool2d(row, **options) / F.avg_pool2d(ones, **options))[:, :, 0]


def _listed(value: int | list[int]) -> list[int]:
    return [value] if isinstance(value, int) else value


def _lp_pool(t: dict[str, torch.Tensor], options: dict[str, Any]) -> torch.Tensor:
    x = t["x"].abs()
    options.pop("padding")
    if x.ndim == 3:  # the peer takes no lists there
        listed = {"kernel_size": options["kernel_size"], "stride": options["stride"]}
        options |= {name: value[0] for name, value in listed.items() if isinstance(value, list)}
    return getattr(F, f"lp_pool{x.ndim - 2}d")(x, options.pop("p"), **options)


def _max_unpool(t: dict[str, torch.Tensor], options: dict[str, Any]) -> torch.Tensor:
    y, indices, size = t["y"], t["indices"], options["output_size"]
    if y.ndim == 3:  # one axis: two axes with one row are the same thing
        return torch.ops.aten.max_unpool2d(y[:, :, None], indices[:, :, None], [1, *size])[:, :, 0]
    if y.ndim == 4:
        return torch.ops.aten.max_unpool2d(y, indices, size)
    return torch.ops.aten.max_unpool3d(y, indices, size, [1, 1, 1], [0, 0, 0])


def _adaptive_avg_pool(t: dict[str, torch.Tensor], options: dict[str, Any]) -> torch.Tensor:
    return getattr(F, f"adaptive_avg_pool{t['x'].ndim - 2}d")(t["x"], _wanted(t["x"], options))


def _adaptive_max_pool(
    t: dict[str, torch.Tensor], options: dict[str, Any]
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    pool = getattr(F, f"adaptive_max_pool{t['x'].ndim - 2}d")
    y, indices = pool(t["x"], _wanted(t["x"], options), return_indices=True)
    return y, {"indices": indices}


def _wanted(x: torch.Tensor, options: dict[str, Any]) -> list[int]:
    return [n if o is None else o for n, o in zip(x.shape[2:], options["output_size"], strict=True)]


def _unfold(t: dict[str, torch.Tensor], options: dict[str, Any]) -> torch.Tensor:
    return F.unfold(F.pad(t["x"], _torch_pads(options.pop("padding"))), **options)


def _fold(t: dict[str, torch.Tensor], options: dict[str, Any]) -> torch.Tensor:
    pairs, size = options.pop("padding"), options.pop("output_size")
    y = F.fold(t["cols"], [n + sum(pair) for n, pair in zip(size, pairs, strict=True)], **options)
    for axis, (n, (before, _)) in enumerate(zip(size, pairs, strict=True), 2):
        y = y.narrow(axis, before, n)
    return y
