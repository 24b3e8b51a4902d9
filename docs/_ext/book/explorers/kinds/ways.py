"""What two ways to compute a layer are estimated to take: columns, and a band of several rows."""

from book.explorers.values import Kind, whole
from convbook import figures
from convbook.algorithms.cost import Costs


def parts(
    channels: int, filters: int, kernel: int, height: int, width: int, p: int
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Estimate multiplying, copying and calls in microseconds, as one block of float32: by columns, and by a band."""
    prices, rows, places = Costs(), 2**p, height * width
    number = prices.copy + prices.each_run / width

    def multiplying(m: int, k: int, n: int, made: int) -> float:
        each = prices.each_product / (m * n * k)
        if m == 1:  # a vector
            return made * prices.multiply_add * 6 * (1 + 12 / k)
        return made * (prices.multiply_add * (1 + 8 / m) * (1 + 20 / n) * (1 + 4 / k) + each)

    depth, seen = channels * kernel**2, (rows + kernel - 1) * channels * kernel
    columns = (
        multiplying(filters, depth, min(places, 1024), filters * depth * places) / 1000,
        (0 if kernel == 1 else number * depth * places) / 1000,
        prices.calls / 1000,
    )
    band = (
        multiplying(filters * rows, seen, width, filters * seen * places) / 1000,
        number * (channels * kernel + filters) * places / 1000,
        prices.calls * (2 + kernel) / 1000,
    )
    return columns, band


def draw(channels: int, filters: int, kernel: int, height: int, width: int, p: int) -> None:
    if 2**p > height:
        raise ValueError(f"p (={p}) stands for {2**p} rows at once, more than the {height} rows of outputs")
    found = zip(("columns", "band"), parts(channels, filters, kernel, height, width, p), strict=True)
    words = ("multiplying", "copying", "calls")
    bars = {f"{way}: {word}": part for way, shares in found for word, part in zip(words, shares, strict=True)}
    figures.bars(bars, xlabel="microseconds")


KIND = Kind(
    {
        "channels": whole(1, 16),
        "filters": whole(1, 64),
        "kernel": whole(1, 7),
        "height": whole(1, 64),
        "width": whole(1, 128),
        "p": whole(0, 5),
    },
    draw,
    first={"p": "2"},
)
