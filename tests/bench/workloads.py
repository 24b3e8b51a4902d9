"""What is measured: layers of known networks, images, signals and poolings, each with what people would use instead.

A case is a family, a name, and calls by contender; ours is "convbook". All contenders of a case get the same numbers
in the same memory order, and return the same numbers, which is checked before anything is timed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import scipy.ndimage
import scipy.signal
import torch
from shapes import DENSE, GROUPED, Shape, by_lot

import convbook

Call = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    family: str
    name: str
    calls: dict[str, Call]
    #: How far the answers may differ, relative to the largest.
    tolerance: float = 1e-4


def layers(batches: tuple[int, ...], *, quick: bool) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    for family, shapes in (("dense layers", DENSE), ("depthwise and grouped layers", GROUPED)):
        for shape in shapes[:: 3 if quick else 1]:
            for batch in batches:
                if shape.multiply_adds * batch > 6e9:
                    continue
                x = rng.standard_normal(shape.input(batch), np.float32)
                weight = rng.standard_normal(shape.weight, np.float32)
                yield from _forward_and_backward(
                    family, "layers, backward", f"{shape}, batch {batch}", x, weight, shape
                )


def layers_by_lot(*, quick: bool) -> Iterator[Case]:
    """Yield layers that nobody chose, and for which nothing was tuned."""
    rng = np.random.default_rng(7)
    for family, grouped in (("dense layers, by lot", False), ("depthwise layers, by lot", True)):
        for shape, batch in by_lot(4 if quick else 16, depthwise=grouped):
            x = rng.standard_normal(shape.input(batch), np.float32)
            weight = rng.standard_normal(shape.weight, np.float32)
            name = f"{shape}, batch {batch}"
            yield from _forward_and_backward(family, "backward, by lot", name, x, weight, shape)
            if not grouped:
                yield _product_alone(name, x, weight, shape)


def _forward_and_backward(
    family: str, backward_family: str, name: str, x: np.ndarray, weight: np.ndarray, shape: Shape
) -> Iterator[Case]:
    options = shape.options
    tx, tw = torch.from_numpy(x), torch.from_numpy(weight)
    yield Case(
        family,
        name,
        {
            "convbook": lambda: convbook.conv(x, weight, **options),
            "torch": lambda: torch.nn.functional.conv2d(tx, tw, **options),
        },
    )
    grad = np.random.default_rng(1).standard_normal(
        tuple(torch.nn.functional.conv2d(tx, tw, **options).shape), np.float32
    )
    tg = torch.from_numpy(grad)
    pairs = [[options[name]] * 2 for name in ("stride", "padding", "dilation")]

    def backward() -> Any:
        return torch.ops.aten.convolution_backward(
            tg, tx, tw, None, *pairs, False, [0, 0], shape.groups, [True, True, False]
        )[:2]

    yield Case(
        backward_family,
        name,
        {"convbook": lambda: convbook.conv_vjp(grad, x, weight, **options), "torch": backward},
        1e-3,
    )


def _product_alone(name: str, x: np.ndarray, weight: np.ndarray, shape: Shape) -> Case:
    """Multiply columns that lie there already: no way by NumPy's products that lays them out can take less."""
    options = shape.options
    tx, tw = torch.from_numpy(x), torch.from_numpy(weight)
    pairs = {name: options[name] for name in ("stride", "padding", "dilation")}
    columns = np.ascontiguousarray(torch.nn.functional.unfold(tx, shape.kernel, **pairs).numpy().transpose(1, 0, 2))
    columns, filters = columns.reshape(len(columns), -1), weight.reshape(len(weight), -1)
    output = torch.nn.functional.conv2d(tx, tw, **options).shape

    def product() -> Any:
        return (filters @ columns).reshape(len(filters), len(x), *output[2:]).swapaxes(0, 1)

    return Case(
        "NumPy's product alone, by lot",
        name,
        {"convbook": product, "torch": lambda: torch.nn.functional.conv2d(tx, tw, **options)},
    )


def poolings(batches: tuple[int, ...]) -> Iterator[Case]:
    rng = np.random.default_rng(2)
    for batch in batches:
        for channels, size in ((64, 112), (256, 28)):
            x = rng.standard_normal((batch, channels, size, size), np.float32)
            tx = torch.from_numpy(x)
            for k, s in ((2, 2), (3, 2), (3, 1), (5, 1)):
                p = (k - 1) // 2
                name = f"{k}×{k}/{s} {channels}@{size}, batch {batch}"
                yield Case(
                    "pooling",
                    f"max {name}",
                    {
                        "convbook": lambda x=x, k=k, s=s, p=p: convbook.max_pool(x, k, stride=s, padding=p),
                        "torch": lambda tx=tx, k=k, s=s, p=p: torch.nn.functional.max_pool2d(tx, k, s, p),
                    },
                )
                yield Case(
                    "pooling",
                    f"avg {name}",
                    {
                        "convbook": lambda x=x, k=k, s=s, p=p: convbook.avg_pool(x, k, stride=s, padding=p),
                        "torch": lambda tx=tx, k=k, s=s, p=p: torch.nn.functional.avg_pool2d(tx, k, s, p),
                    },
                )


def images(sizes: tuple[int, ...]) -> Iterator[Case]:
    rng = np.random.default_rng(3)
    for dtype in (np.float32, np.float64):
        for size in sizes:
            x = rng.standard_normal((size, size)).astype(dtype)
            for k in (3, 5, 7, 15, 31, 63):
                dense = rng.standard_normal((k, k)).astype(dtype)
                row = rng.standard_normal(k).astype(dtype)
                turned_row = row[::-1].copy()
                for kind, h in (("dense", dense), ("separable", np.multiply.outer(row[::-1], row))):
                    name = f"{size}² {k}×{k} {kind} {np.dtype(dtype).name}"
                    turned = np.ascontiguousarray(h[::-1, ::-1])
                    ours: Call = lambda x=x, h=h: convbook.convolve(x, h, "same")  # noqa: E731
                    if size * size * k * k < 3e8:
                        yield Case(
                            "single-channel images, SciPy",
                            name,
                            {
                                "convbook": ours,
                                "scipy.ndimage": lambda x=x, h=h: scipy.ndimage.convolve(x, h, mode="constant"),
                            },
                        )
                    peers: dict[str, Call] = {
                        "opencv": lambda x=x, t=turned: cv2.filter2D(x, -1, t, borderType=cv2.BORDER_CONSTANT)
                    }
                    if kind == "separable":
                        peers["opencv sep"] = lambda x=x, a=turned_row, b=row: cv2.sepFilter2D(
                            x, -1, a, b, borderType=cv2.BORDER_CONSTANT
                        )
                    yield Case("single-channel images, OpenCV", name, {"convbook": ours, **peers}, 1e-3)


def signals(sizes: tuple[int, ...]) -> Iterator[Case]:
    rng = np.random.default_rng(4)
    for dtype in (np.float32, np.float64):
        for n in sizes:
            for k in (3, 9, 31, 128, 1000, 10**4, 10**5):
                if k > n:
                    continue
                x, h = rng.standard_normal(n).astype(dtype), rng.standard_normal(k).astype(dtype)
                calls: dict[str, Call] = {
                    "convbook": lambda x=x, h=h: convbook.convolve(x, h),
                    "scipy.signal": lambda x=x, h=h: scipy.signal.convolve(x, h),
                    "scipy.signal oa": lambda x=x, h=h: scipy.signal.oaconvolve(x, h),
                }
                if n * k < 2e8:
                    calls["numpy"] = lambda x=x, h=h: np.convolve(x, h)
                yield Case("1-D signals", f"{n:.0e} samples, {k} taps, {np.dtype(dtype).name}", calls)


def small() -> Iterator[Case]:
    rng = np.random.default_rng(5)
    x, h = rng.standard_normal(16), rng.standard_normal(3)
    yield Case(
        "small calls, SciPy",
        "16 samples, 3 taps",
        {"convbook": lambda: convbook.convolve(x, h), "scipy.signal": lambda: scipy.signal.convolve(x, h)},
    )
    image, kernel = rng.standard_normal((8, 8)), rng.standard_normal((3, 3))
    yield Case(
        "small calls, SciPy",
        "8×8 image, 3×3",
        {
            "convbook": lambda: convbook.convolve(image, kernel),
            "scipy.signal": lambda: scipy.signal.convolve(image, kernel),
        },
    )
    layer, weight = rng.standard_normal((1, 4, 8, 8), np.float32), rng.standard_normal((4, 4, 3, 3), np.float32)
    tx, tw = torch.from_numpy(layer), torch.from_numpy(weight)
    yield Case(
        "small calls, PyTorch",
        "8×8 layer, 4→4",
        {
            "convbook": lambda: convbook.conv(layer, weight, padding=1),
            "torch": lambda: torch.nn.functional.conv2d(tx, tw, padding=1),
        },
    )


def loops() -> Iterator[Case]:
    rng = np.random.default_rng(6)
    image, kernel = rng.standard_normal((64, 64)), rng.standard_normal((5, 5))
    yield Case(
        "the loops of the book",
        "64×64 image, 5×5",
        {
            "convbook": lambda: convbook.correlate(image, kernel, "valid"),
            "loops": lambda: convbook.corr2d(image, kernel),
        },
    )


def cases(*, quick: bool) -> Iterator[Case]:
    """Yield all cases; of each family some, if quick."""
    yield from small()
    yield from loops()
    yield from layers((1, 8) if quick else (1, 8, 32), quick=quick)
    yield from layers_by_lot(quick=quick)
    yield from poolings((8,) if quick else (1, 8, 32))
    yield from images((512,) if quick else (256, 1024, 4096))
    yield from signals((10**3, 10**5) if quick else (10**3, 10**5, 10**6, 10**7))
