"""One pixel at a time: each pixel of the result is that of the library, and its sentence computes to it."""

import random
import re
from typing import Any

import numpy as np
from matplotlib import image as mpimg
from matplotlib.cbook import get_sample_data

import convbook
from book.explorers.pictures import PICTURES
from book.explorers.values import written
from explorers import DASH, RUN, SETTINGS, Use, address, explorer, settings, table

USE = Use(
    "Kernel[0, 0]",
    "3",
    "y[5, 4] = (255·3 + 255·2 + 0·1 + 0·2 + 0·4 + 0·2 + 255·1 + 255·2 + 0·1)/16 = 2040/16 = 127.5",
    "y[5, 5] = (255·3 + 0·2 + 255·1",
    pasted=("Kernel[0, 0]", "0\t1\r\n2\t3\r\n", "y[4, 9] = (255·0 + 255·1 + 0·2 + 255·3)/16 = 1020/16 = 63.75"),
    choice=("Border", "zero", "valid"),
    number="kernel",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "kernel": table(rng, rng.randint(1, 5), rng.randint(1, 5)),
        "divisor": rng.choice([1, rng.randint(1, 9999)]),
        "of": "own",
        "picture": table(rng, rng.randint(1, 12), rng.randint(1, 12)),
        "border": rng.choice(["valid", "zero"]),
        "place": rng.randint(0, 143),
    }


def refused(found: dict[str, Any]) -> str:
    return "" if found["result"]["fits"] else "must fit into the input"


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    np.testing.assert_allclose(names["y"], found["result"]["y"], rtol=1e-12, atol=1e-12)


def test_a_pixel_is_that_of_the_library_and_so_are_its_products() -> None:
    explored = explorer("pixel")
    fitting = 0
    for one in settings("pixel"):
        x, k, divisor, border = *(np.array(one[name]) for name in ("picture", "kernel")), one["divisor"], one["border"]
        found = explored(address(one))
        result, place = found["result"], found["state"]["place"]
        if border == "valid" and any(size > room for size, room in zip(k.shape, x.shape, strict=True)):
            assert not result["fits"], one
            assert found["places"] == ["place", 0, 0]
            continue
        fitting += 1
        padded = np.pad(x, [(size // 2, size - 1 - size // 2) for size in k.shape]) if border == "zero" else x
        y = convbook.corr2d(padded, k) / divisor
        assert result["fits"]
        assert result["y"] == y.tolist(), one
        if border == "zero":
            np.testing.assert_allclose(convbook.correlate(x, k, mode="same") / divisor, y, rtol=1e-12, atol=1e-9)
        assert found["places"] == ["place", 0, y.size - 1]
        assert place == min(one["place"], y.size - 1)
        i, j = divmod(place, y.shape[1])
        assert [result["i"], result["j"]] == [i, j], one
        window = padded[i : i + k.shape[0], j : j + k.shape[1]]
        assert result["window"] == window.tolist(), one
        assert result["pairs"] == np.stack([window.ravel(), k.ravel()], axis=1).tolist(), one
        assert result["total"] == np.sum(window * k), one
    assert SETTINGS / 2 < fitting < SETTINGS


def test_black_and_white_of_a_result_hold_what_the_kernel_makes_of_white() -> None:
    explored = explorer("pixel")
    for one in settings("pixel"):
        result = explored(address(one))["result"]
        if not result["fits"]:
            continue
        white, total = np.max(one["picture"]), np.sum(one["kernel"])
        most = np.abs(result["y"]).max() or 1
        expected = [0, white * total / one["divisor"]] if white > 0 and total > 0 else [-most, most]
        np.testing.assert_allclose(result["shades"], expected, rtol=1e-12)


def test_the_sentence_of_a_pixel_computes_to_its_result() -> None:
    explored = explorer("pixel")
    for one in settings("pixel", RUN):
        found = explored(address(one))
        sentence = found["sentence"].replace(DASH, "-").replace("·", "*")
        if not found["result"]["fits"]:
            assert re.fullmatch(r"no place: a kernel of \d × \d does not fit into a picture of \d+ × \d+", sentence)
            continue
        head, *sums = sentence.split(" = ")
        i, j = found["result"]["i"], found["result"]["j"]
        assert head == f"y[{i}, {j}]"
        for each in sums:
            np.testing.assert_allclose(eval(each), found["result"]["y"][i][j], rtol=1e-5, atol=1e-6)
        assert len(sums) == (2 if one["divisor"] == 1 else 3)


def test_the_sentence_of_a_pixel_is_what_a_reader_would_write() -> None:
    said = explorer("pixel")("kernel=2,-1;0,1&divisor=1&picture=3,1,4;1,5,9;2,6,5&border=valid&place=0")["sentence"]
    assert said == f"y[0, 0] = 3·2 + 1·({DASH}1) + 1·0 + 5·1 = 10"


def test_a_picture_of_the_page_is_named_by_its_numbers() -> None:
    explored = explorer("pixel")
    for name, picture in PICTURES.items():
        found = explored(f"kernel=1&divisor=1&of=own&picture={written(picture.tolist())}&border=valid&place=0")
        assert found["state"]["of"] == name
        assert found["result"]["y"] == picture.tolist()


def test_a_pixel_of_the_photograph_is_the_mean_of_a_block_of_its_file() -> None:
    photo = mpimg.imread(get_sample_data("grace_hopper.jpg", asfileobj=False))
    for (i, j), value in np.ndenumerate(PICTURES["photograph"]):
        block = photo[60 + 18 * i : 78 + 18 * i, 170 + 18 * j : 188 + 18 * j, 1]
        assert abs(value - np.mean(block)) <= 0.5
