"""The network of the chapter on a network from scratch, in PyTorch, with what it answers.

``python tests/peers/network.py`` in an environment that has PyTorch and scikit-learn trains it, and the two networks
that the chapter compares it with, from the same starting weights and with the same batches, and writes
docs/_data/network.json. What stands between the two lines is printed in the chapter.
"""

import json
import platform
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
pictures = torch.zeros(1797, 1, 14, 14, dtype=torch.float64)
pictures[:, 0, 3:11, 3:11] = torch.tensor(digits.images / 16)
labels = torch.tensor(digits.target)


def start_as_in_numpy(network: nn.Module, seed: int) -> None:
    """Draw the weights that the chapter's network starts with."""
    rng = np.random.default_rng(seed)
    for layer in network:
        if hasattr(layer, "weight"):
            size = tuple(layer.weight.shape)
            start = rng.normal(0, (2 / np.prod(size[1:])) ** 0.5, size)
            layer.weight.data = torch.tensor(start)
            layer.bias.data = torch.zeros(len(start), dtype=torch.float64)


# --- the chapter's text
def train(model, rate, seed, number=1000):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    rng = np.random.default_rng(seed)
    for _ in range(10):
        for batch in rng.permutation(number).reshape(-1, 25):
            loss = nn.functional.cross_entropy(model(pictures[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()


features = [nn.Conv2d(1, 16, 7, padding=6), nn.ReLU(), nn.AdaptiveMaxPool2d(1)]
model = nn.Sequential(*features, nn.Flatten(), nn.Linear(16, 10))
# --- the end of the chapter's text

ROOT = Path(__file__).parents[2]
NETWORKS = {
    "dense": lambda: [nn.Flatten(), nn.Linear(196, 320), nn.ReLU(), nn.Linear(320, 10)],
    "flattened": lambda: [nn.Conv2d(1, 16, 7, padding=3), nn.ReLU(), nn.Flatten(), nn.Linear(3136, 10)],
    "pooled": lambda: list(model),
}
RATES = (0.02, 0.05, 0.1, 0.2, 0.5)


def right_answers(network: nn.Module, x: torch.Tensor, first: int, last: int) -> int:
    """Count the right answers to the pictures from `first` on, up to `last`."""
    with torch.no_grad():
        return int((network(x[first:last]).argmax(1) == labels[first:last]).sum())


def anywhere() -> torch.Tensor:
    """Place each digit where the chapter places it in its second test."""
    moved = torch.zeros_like(pictures)
    for picture, image, (i, j) in zip(
        moved, digits.images, np.random.default_rng(0).integers(0, 7, (1797, 2)), strict=True
    ):
        picture[0, i : i + 8, j : j + 8] = torch.tensor(image / 16)
    return moved


def main() -> None:
    """Choose each network's rate on a validation set, train it from three starts, and write what it answers."""
    results: dict[str, list[dict[str, float]]] = {}
    validation: dict[str, dict[str, list[int]]] = {}
    for name, layers in NETWORKS.items():
        for rate in RATES:
            for seed in range(3):
                trained = nn.Sequential(*layers())
                start_as_in_numpy(trained, seed)
                train(trained, rate, seed, 800)
                counts = validation.setdefault(name, {}).setdefault(str(rate), [])
                counts.append(right_answers(trained, pictures, 800, 1000))
        best = max(RATES, key=lambda rate: sum(validation[name][str(rate)]))  # the lowest among equals
        for seed in range(3):
            trained = nn.Sequential(*layers())
            start_as_in_numpy(trained, seed)
            loss = train(trained, best, seed)
            found = [right_answers(trained, x, 1000, 1797) for x in (pictures, anywhere())]
            results.setdefault(name, []).append({"loss": loss, "centered": found[0], "anywhere": found[1]})
    versions = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    text = json.dumps({"versions": versions, "validation": validation, "results": results}, indent=1)
    (ROOT / "docs" / "_data" / "network.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
