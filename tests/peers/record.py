"""Record what PyTorch answers to random cases: ``python tests/peers/record.py`` in an environment that has it.

Each family becomes one small file in tests/peers/recorded/: a manifest (JSON) of cases, and all numbers in one array.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import torch
from cases import FAMILIES, Drawer
from torch_answers import theirs

SEED = 20_260_101
CASES = 100


def main() -> None:
    """Draw the cases of every family and write its file."""
    folder = Path(__file__).parent / "recorded"
    folder.mkdir(exist_ok=True)
    for family in FAMILIES:
        rng = np.random.default_rng([SEED, FAMILIES.index(family)])
        drawer = Drawer(rng, most=3)
        cases, values = [], []
        while len(cases) < CASES:
            case = drawer.case(family)
            answers = theirs(case, rng)
            if sum(array.size for array in answers.values()) > 1500:
                continue  # keep the files small
            shapes = []
            for kind, arrays in (("given", case.arrays), ("wanted", answers)):
                for name, array in arrays.items():
                    shapes.append([kind, name, array.dtype.name, list(array.shape)])
                    values.append(array.astype(np.float64).ravel())
            cases.append({"options": case.options, "arrays": shapes})
        manifest = {"peer": f"torch {torch.__version__}", "seed": SEED, "cases": cases}
        text = np.frombuffer(json.dumps(manifest).encode(), np.uint8)
        np.savez_compressed(folder / f"{family}.npz", manifest=text, values=np.concatenate(values))


if __name__ == "__main__":
    main()
