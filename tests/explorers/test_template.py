"""A pattern on a picture: each score is that of the library, and so are the best places."""

import random
import re
from typing import Any

import numpy as np
import pytest

import convbook
from explorers import DASH, RUN, SETTINGS, Use, address, explorer, settings, table

USE = Use(
    "Pattern[0, 0]",
    "3",
    "y[2, 8] = 255·3 + 0·1",
    "y[3, 0] = 255·3 + 255·1",
    pasted=("Pattern[0, 0]", "1\t0\r\n0\t1\r\n", "y[2, 6] = 0·1 + 255·0 + 0·0 + 255·1 = 255"),
    choice=("Score", "normalized", "plain"),
    number="place",
)


def setting(rng: random.Random) -> dict[str, Any]:
    rows, columns = (rng.randint(1, 4 if rng.random() < 0.8 else 8) for _ in range(2))
    picture = table(rng, rng.randint(1, 12), rng.randint(1, 12))
    if rng.random() < 0.5:  # whose windows are flat here and there
        picture = [[max(value, 15.0) for value in row] for row in picture]
    return {
        "pattern": table(rng, rows, columns),
        "of": "own",
        "picture": picture,
        "score": rng.choice(["plain", "normalized"]),
        "place": rng.randint(0, 143),
    }


def refused(found: dict[str, Any]) -> str:
    return {"fit": "must fit into", "flat": "must not be constant", "": ""}[found["result"]["wrong"]]


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    np.testing.assert_allclose(names["y"], found["result"]["y"], rtol=0, atol=1e-12)
    assert names["best"].tolist() == found["result"]["best"]


def test_a_score_is_that_of_the_library_and_so_are_the_best_places() -> None:
    explored, compared = explorer("template"), {"plain": 0, "normalized": 0}
    flat = 0
    for one in settings("template"):
        x, h = np.array(one["picture"]), np.array(one["pattern"])
        found = explored(address(one))
        result, place = found["result"], found["state"]["place"]
        score = convbook.corr2d if one["score"] == "plain" else convbook.normalized_correlate
        if refused(found):
            with pytest.raises(ValueError, match=refused(found)):
                score(x, h)
            continue
        compared[one["score"]] += 1
        y = score(x, h)
        if one["score"] == "plain":
            assert result["y"] == y.tolist(), one
        np.testing.assert_allclose(result["y"], y, rtol=0, atol=1e-14)
        assert found["places"] == ["place", 0, y.size - 1]
        assert place == min(one["place"], y.size - 1)
        assert result["best"] == np.argwhere(np.isclose(y, y.max(), rtol=1e-9, atol=0)).tolist(), one
        i, j = divmod(place, y.shape[1])
        assert [result["i"], result["j"]] == [i, j], one
        window = x[i : i + h.shape[0], j : j + h.shape[1]]
        flat += np.ptp(window) == 0 and one["score"] == "normalized"
        means = (0, 0) if one["score"] == "plain" else (window.mean(), h.mean())
        np.testing.assert_allclose(result["one"], window - means[0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(result["other"], h - means[1], rtol=0, atol=1e-12)
    assert min(compared.values()) > SETTINGS / 4
    assert flat > 5


def test_a_flat_window_scores_0_and_has_no_form() -> None:
    found = explorer("template")("pattern=1,2&of=own&picture=0.1,0.1,0.1,4&score=normalized&place=0")
    assert found["result"]["y"] == [[0, 0, 1]]
    assert found["sentence"] == (
        "y[0, 0] = 0, for the numbers of this window are all equal: it has no form; best y[0, 2] = 1"
    )


def test_the_sentence_of_a_score_computes_to_it() -> None:
    explored = explorer("template")
    for one in settings("template", RUN):
        found = explored(address(one))
        result, said = found["result"], found["sentence"].replace(DASH, "-").replace("·", "*")
        if result["wrong"]:
            assert said.startswith("no ")
            continue
        here, best = said.split("; ")
        i, j = result["i"], result["j"]
        head, *sums = here.rpartition("y[")[2].split(" = ")
        assert head == f"{i}, {j}]"
        for each in sums:
            value = eval(each.partition(",")[0])
            np.testing.assert_allclose(value, result["y"][i][j], rtol=1e-4, atol=1e-6)
        row, column, value, others = re.fullmatch(
            r"best y\[(\d+), (\d+)\] = ([^,]+)(?:, as at (\w+) other places?)?", best
        ).groups()
        assert [int(row), int(column)] == result["best"][0]
        np.testing.assert_allclose(float(value), result["highest"], rtol=1e-5)
        assert int({None: "0", "one": "1"}.get(others, others)) == len(result["best"]) - 1


def test_the_plain_score_is_best_on_white_and_the_normalized_one_on_the_letter() -> None:
    letter = "pattern=2,1,2;2,1,2;2,2,2;2,1,2;2,1,2&of=Hi&place=26"
    picture = ";".join(",".join(map(str, row)) for row in convbook.hi_image()[:12, :11].tolist())
    explored = explorer("template")
    plain, normalized = (explored(f"{letter}&picture={picture}&score={score}") for score in ("plain", "normalized"))
    assert plain["result"]["best"] == [[row, 0] for row in range(8)]
    assert plain["sentence"].endswith(" = 5610; best y[0, 0] = 6630, as at 7 other places")
    assert normalized["result"]["best"] == [[2, 8]]
    assert normalized["sentence"] == (
        "without the means 187 and 1.73333, y[2, 8] = 748/(436.738·1.7127) = 1; best y[2, 8] = 1"
    )
