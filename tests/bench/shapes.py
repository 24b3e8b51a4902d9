"""Layers of known networks: what is measured of them is theirs alone, so nothing but their sizes stands here."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """A layer: input channels, output channels, size, kernel, stride, dilation, groups."""

    network: str
    channels: int
    filters: int
    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    groups: int = 1

    def __str__(self) -> str:
        extra = "".join(
            f" {word} {value}"
            for word, value in (("/", self.stride), ("dilation", self.dilation), ("groups", self.groups))
            if value > 1
        )
        return f"{self.network} {self.kernel}×{self.kernel} {self.channels}→{self.filters} @{self.size}{extra}"

    @property
    def weight(self) -> tuple[int, ...]:
        return self.filters, self.channels // self.groups, self.kernel, self.kernel

    def input(self, batch: int) -> tuple[int, ...]:
        return batch, self.channels, self.size, self.size

    @property
    def options(self) -> dict[str, int]:
        padding = self.dilation * (self.kernel // 2)
        return {"stride": self.stride, "padding": padding, "dilation": self.dilation, "groups": self.groups}

    @property
    def multiply_adds(self) -> int:
        return self.filters * self.channels // self.groups * self.kernel**2 * (self.size // self.stride) ** 2


DENSE = [
    Shape("resnet", 3, 64, 224, 7, 2),
    Shape("resnet", 64, 64, 56, 3),
    Shape("resnet", 64, 128, 56, 3, 2),
    Shape("resnet", 64, 128, 56, 1, 2),
    Shape("resnet", 128, 128, 28, 3),
    Shape("resnet", 128, 256, 28, 3, 2),
    Shape("resnet", 256, 256, 14, 3),
    Shape("resnet", 512, 512, 7, 3),
    Shape("resnet", 256, 64, 56, 1),
    Shape("resnet", 64, 256, 56, 1),
    Shape("resnet", 1024, 256, 14, 1),
    Shape("resnet", 512, 2048, 7, 1),
    Shape("vgg", 3, 64, 224, 3),
    Shape("vgg", 64, 64, 224, 3),
    Shape("vgg", 128, 128, 112, 3),
    Shape("vgg", 256, 256, 56, 3),
    Shape("vgg", 512, 512, 14, 3),
    Shape("mobilenet", 3, 32, 224, 3, 2),
    Shape("mobilenet", 96, 24, 56, 1),
    Shape("mobilenet", 32, 192, 28, 1),
    Shape("mobilenet", 320, 1280, 7, 1),
    Shape("lenet", 1, 6, 28, 5),
    Shape("lenet", 6, 16, 14, 5),
    Shape("dilated", 64, 64, 56, 3, 1, 2),
]

GROUPED = [
    Shape("mobilenet", 32, 32, 112, 3, 1, 1, 32),
    Shape("mobilenet", 96, 96, 112, 3, 2, 1, 96),
    Shape("mobilenet", 144, 144, 56, 3, 1, 1, 144),
    Shape("mobilenet", 192, 192, 28, 3, 1, 1, 192),
    Shape("mobilenet", 576, 576, 14, 3, 2, 1, 576),
    Shape("mobilenet", 960, 960, 7, 3, 1, 1, 960),
    Shape("convnext", 96, 96, 56, 7, 1, 1, 96),
    Shape("resnext", 128, 128, 56, 3, 1, 1, 32),
]


def by_lot(number: int, *, depthwise: bool) -> list[tuple[Shape, int]]:
    """Draw layers and batches, always the same: sizes and channels that are in no network, and no round numbers."""
    lots = random.Random(1 if depthwise else 0)
    found: list[tuple[Shape, int]] = []
    while len(found) < number:
        channels, filters = (round(2 ** lots.uniform(2, 9)) for _ in range(2))
        size, kernel = round(2 ** lots.uniform(3, 7.5)), lots.choice([1, 3, 3, 5, 7])
        stride, batch = lots.choice([1, 1, 2]), lots.choice([1, 4, 16])
        if depthwise:
            shape = Shape("lot", channels, channels, size, max(3, kernel), stride, 1, channels)
        else:
            shape = Shape("lot", channels, filters, size, kernel, stride)
        if 1e6 < shape.multiply_adds * batch < 2e9:
            found.append((shape, batch))
    return found
