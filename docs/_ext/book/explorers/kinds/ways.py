"""What three ways to compute a layer are estimated to take: columns, a band of several rows, and taps."""

from book.explorers.values import Kind, one_of, whole
from convbook import figures
from convbook.algorithms.cost import Costs


def parts(
    channels: int, filters: int, kernel: int, height: int, width: int, layer: str, p: int
) -> tuple[tuple[float, float, float], ...]:
    """Estimate multiplying, copying and calls in microseconds, as a block of float32: by columns, a band, and taps."""
    prices, rows, places = Costs(), 2**p, height * width
    number = prices.copy + prices.each_run / width

    def multiplying(m: int, k: int, n: int, made: int) -> float:
        call = prices.each_product / (m * n * k)
        if m == 1:  # a vector
            return made * prices.multiply_add * 6 * (1 + 12 / k)
        return made * (prices.multiply_add * (1 + 8 / m) * (1 + 20 / n) * (1 + 4 / k) + call)

    each, groups = (channels, 1) if layer == "dense" else (1, channels)  # channels that a filter sees
    made, depth, seen = filters * groups, each * kernel**2, (rows + kernel - 1) * each * kernel
    columns = (
        multiplying(filters, depth, min(places, 1024), made * depth * places) / 1000,
        (0 if kernel == 1 else number * channels * kernel**2 * places) / 1000,
        prices.calls / 1000,
    )
    band = (
        multiplying(filters * rows, seen, width, made * seen * places) / 1000,
        number * (channels * kernel + made) * places / 1000,
        prices.calls * (2 + kernel) / 1000,
    )
    taps = (
        made * depth * places * (prices.multiply_add_in_a_loop + prices.each_loop / places) / 1000,
        number * channels * kernel * places / 1000,
        prices.calls * (2 + kernel) / 1000,
    )
    return columns, band, taps


def draw(channels: int, filters: int, kernel: int, height: int, width: int, layer: str, p: int) -> None:
    if 2**p > height:
        raise ValueError(f"p (={p}) stands for {2**p} rows at once, more than the {height} rows of outputs")
    found = zip(("columns", "band", "taps"), parts(channels, filters, kernel, height, width, layer, p), strict=True)
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
        "layer": one_of("dense", "depthwise"),
        "p": whole(0, 5),
    },
    draw,
    first={"layer": "dense", "p": "2"},
)
