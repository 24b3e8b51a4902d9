"""Compare convbook with PyTorch and SciPy on random calls: ``make test-peers``.

Prints its seed, so that a mismatch can be repeated, one line per family, and every mismatch; fails if there is one.
"""

import argparse
import secrets
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import scipy
import torch
from cases import FAMILIES, Drawer, mismatch, ours
from scipy import ndimage, signal
from torch_answers import theirs

import convbook

BORDERS = {"constant": "constant", "edge": "nearest", "reflect": "mirror", "symmetric": "reflect", "wrap": "wrap"}


def against_torch(family: str) -> Callable[[Drawer], tuple[str, object]]:
    """Return the comparison of one family of layers."""

    def compare(drawer: Drawer) -> tuple[str, object]:
        case = drawer.case(family)
        wanted = theirs(case, drawer.rng)
        grad = wanted.pop("grad")
        shapes = {name: array.shape for name, array in case.arrays.items()}
        return mismatch(ours(case, grad), wanted), (shapes, case.options)

    return compare


def against_signal(family: str) -> Callable[[Drawer], tuple[str, object]]:
    """Return the comparison of convolve or correlate with scipy.signal: all modes and methods, zeros outside."""

    def compare(drawer: Drawer) -> tuple[str, object]:
        axes = drawer.integer(1, 3)
        mode = ("full", "same", "valid")[drawer.integer(0, 2)]
        method = ("auto", "direct", "fft", "overlap-add")[drawer.integer(0, 3)]
        small, more = drawer.integers(1, 6, axes), drawer.integers(0, 9 if axes < 3 else 3, axes)
        large = [n + m for n, m in zip(small, more, strict=True)]
        if mode != "valid":  # there, either may be the longer one on each axis
            swap = drawer.integers(0, 1, axes)
            pairs = [(b, a) if s else (a, b) for a, b, s in zip(large, small, swap, strict=True)]
            large, small = (list(sizes) for sizes in zip(*pairs, strict=True))
        elif drawer.chance(0.5):
            large, small = small, large
        x = drawer.array(*large, complex_=drawer.chance(0.3))
        h = drawer.array(*small, complex_=drawer.chance(0.3))
        if drawer.chance(0.2):
            x, h = (np.round(array * 8).astype(np.int64) if array.dtype.kind == "f" else array for array in (x, h))
        found = getattr(convbook, family)(x, h, mode, method=method)
        wanted = getattr(signal, family)(x, h, mode, method="direct")
        details = (x.shape, x.dtype, h.shape, h.dtype, mode, method)
        return mismatch({"y": found}, {"y": wanted}), details

    return compare


def against_ndimage(family: str) -> Callable[[Drawer], tuple[str, object]]:
    """Return the comparison of convolve or correlate with scipy.ndimage: all borders, odd kernels."""

    def compare(drawer: Drawer) -> tuple[str, object]:
        axes = drawer.integer(1, 3)
        size = drawer.integers(1, 7, axes)
        kernel = [2 * drawer.integer(0, (n - 1) // 2) + 1 for n in size]
        border = list(BORDERS)[drawer.integer(0, len(BORDERS) - 1)]
        fill = drawer.integer(-3, 3) if border == "constant" else 0
        x, h = drawer.array(*size), drawer.array(*kernel)
        found = getattr(convbook, family)(x, h, "same", boundary=border, fill_value=fill)
        wanted = getattr(ndimage, family)(x, h, mode=BORDERS[border], cval=fill)
        return mismatch({"y": found}, {"y": wanted}), (size, kernel, border, fill)

    return compare


COMPARISONS = (
    {family: against_torch(family) for family in FAMILIES}
    | {f"{family} (scipy.signal)": against_signal(family) for family in ("convolve", "correlate")}
    | {f"{family} (scipy.ndimage)": against_ndimage(family) for family in ("convolve", "correlate")}
)
WEIGHTS = {"conv": 5, "conv_transpose": 5, "max_pool": 2, "avg_pool": 2}


def main() -> int:
    """Run the comparisons; return how many mismatched, at most 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configurations", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=None)
    chosen = parser.parse_args()
    seed = secrets.randbelow(2**32) if chosen.seed is None else chosen.seed
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="Using padding='same' with even kernel lengths")
    versions = f"torch {torch.__version__}, scipy {scipy.__version__}, numpy {np.__version__}"
    print(f"seed {seed}; {versions}", flush=True)
    total = sum(WEIGHTS.get(name, 1) for name in COMPARISONS)
    done = mismatches = 0
    for number, (name, compare) in enumerate(COMPARISONS.items()):
        count = -(-chosen.configurations * WEIGHTS.get(name, 1) // total)
        drawer = Drawer(np.random.default_rng([seed, number]), complex_too=True)
        start, wrong = time.perf_counter(), 0
        for index in range(count):
            try:
                difference, details = compare(drawer)
            except Exception as error:  # a refusal by either side is a mismatch too
                difference, details = f"{type(error).__name__}: {error}", ""
            if difference:
                wrong += 1
                print(f"  {name} {index}: {difference} {details}")
        done, mismatches = done + count, mismatches + wrong
        seconds = time.perf_counter() - start
        print(f"{name:28} {count:6} configurations {wrong:4} mismatches {seconds:7.1f} s", flush=True)
    print(f"{'total':28} {done:6} configurations {mismatches:4} mismatches")
    return min(mismatches, 1)


if __name__ == "__main__":
    sys.exit(main())
