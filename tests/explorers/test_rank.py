"""Ranks: terms, their sum and what is left are those of NumPy's singular value decomposition."""

import json
import math
import random
import re
from typing import Any

import numpy as np
import pytest

from convbook import kernels
from explorers import DASH, RUN, Use, address, context, explorer, settings, table

USE = Use(
    "Kernel[3, 3]",
    "9",
    "√(3.5147² + 1.65003² + 1.09964²) = 4.03546, 37.3078 % of",
    "rank 2: what is left has the norm √(1.65003² + 1.09964²) = 1.98288",
    pasted=("Kernel[0, 0]", "1\t2\r\n2\t4\r\n", "exactly the kernel, whose own rank is 1"),
    number="kernel",
)


def setting(rng: random.Random) -> dict[str, Any]:
    rows, columns = rng.randint(1, 12), rng.randint(1, 12)
    kernel = np.array(table(rng, rows, columns))
    if rng.random() < 0.4:  # a lower rank than could be
        inner = rng.randint(1, min(rows, columns))
        kernel = np.array(table(rng, rows, inner)) @ np.array(table(rng, inner, columns))
    return {"kernel": kernel.tolist(), "rank": rng.randint(1, 12)}


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    result = found["result"]
    scale = names["sizes"][0] or 1
    np.testing.assert_allclose(result["error"], names["error"], rtol=1e-9, atol=1e-9 * scale)
    if apart(names["sizes"], found["state"]["rank"]):
        np.testing.assert_allclose(result["near"], names["near"], rtol=1e-9, atol=1e-9 * scale)


def apart(sizes: np.ndarray, rank: int) -> bool:
    """Say whether the nearest table of a rank is the only one, and no rounding decides which."""
    return bool(rank == len(sizes) or sizes[rank - 1] - sizes[rank] > 1e-5 * sizes[0])


def test_the_nearest_table_of_a_rank_is_that_of_numpy_and_so_are_its_numbers() -> None:
    explored = explorer("rank")
    compared, deficient = 0, 0
    for one in settings("rank"):
        h = np.array(one["kernel"])
        found = explored(address(one))
        result, rank = found["result"], found["state"]["rank"]
        assert rank == min(one["rank"], *h.shape), one
        u, sizes, v = np.linalg.svd(h, full_matrices=False)
        scale = sizes[0] or 1
        np.testing.assert_allclose(result["sizes"], sizes, rtol=1e-9, atol=1e-9 * scale)
        assert result["exact"] == np.linalg.matrix_rank(h), one
        deficient += result["exact"] < min(h.shape)
        near = (u[:, :rank] * sizes[:rank]) @ v[:rank]
        np.testing.assert_allclose(np.add(result["near"], result["left"]), h, rtol=1e-12, atol=1e-12 * scale)
        for error in (result["error"], np.linalg.norm(result["left"])):
            np.testing.assert_allclose(error, np.linalg.norm(h - near), rtol=1e-9, atol=1e-9 * scale)
        np.testing.assert_allclose(result["norm"], np.linalg.norm(h), rtol=1e-12)
        assert [result["cost"], result["direct"]] == [rank * sum(h.shape), h.size], one
        if apart(sizes, rank):
            compared += 1
            np.testing.assert_allclose(result["near"], near, rtol=1e-9, atol=1e-9 * scale)
            terms = [np.outer(column, row) for column, row in kernels.separate(h, rank)]
            np.testing.assert_allclose(result["near"], sum(terms), rtol=1e-9, atol=1e-9 * scale)
    assert compared > len(settings("rank")) / 2
    assert deficient > 20


def test_terms_are_perpendicular_and_their_rows_have_length_one() -> None:
    made = context("rank")
    made.eval('globalThis.terms = text => JSON.stringify(joined("explorers/rank.js").terms(numbers.table(text)))')
    for one in settings("rank", RUN):
        found = json.loads(made.get("terms")(address({"": one["kernel"]})[1:]))
        columns, rows = (np.array([term[name] for term in found]) for name in ("column", "row"))
        sizes = [term["size"] for term in found]
        scale = (sizes[0] or 1) ** 2
        if len(one["kernel"]) < len(one["kernel"][0]):
            columns, rows = rows, columns  # the table was turned over: lengths are the rows'
        np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-12)
        np.testing.assert_allclose(columns @ columns.T, np.diag(sizes) ** 2, atol=1e-12 * scale)
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("kernel", "sizes"),
    [
        ("0,0;0,0", [0, 0]),
        ("3,0;0,-4", [4, 3]),
        ("1,1;1,-1", [math.sqrt(2), math.sqrt(2)]),  # equal ones, perpendicular already
        ("1e6,1e6;1e6,1e6", [2e6, 0]),
        ("1e-6,0;0,1e6", [1e6, 1e-6]),
    ],
)
def test_singular_values_that_can_be_seen_are_found(kernel: str, sizes: list[float]) -> None:
    np.testing.assert_allclose(explorer("rank")(f"kernel={kernel}&rank=1")["result"]["sizes"], sizes, rtol=1e-12)


def test_the_sentence_of_a_rank_computes_to_its_results() -> None:
    explored = explorer("rank")
    for one in settings("rank", RUN):
        found = explored(address(one))
        result, said = found["result"], found["sentence"].replace("·", "*").replace("²", "**2").replace("√", "sqrt")
        if lost := re.search(r"the norm (sqrt\(.*?\)) = ([\d.e+-]+), ([\d.e+-]+) %", said.replace(DASH, "-")):
            np.testing.assert_allclose(eval(lost[1], {"sqrt": math.sqrt}), result["error"], rtol=1e-5)
            np.testing.assert_allclose(float(lost[2]), result["error"], rtol=1e-5)
            np.testing.assert_allclose(float(lost[3]), 100 * result["error"] / result["norm"], rtol=1e-5)
        else:
            assert f"exactly the kernel, whose own rank is {result['exact']};" in said
            assert found["state"]["rank"] >= result["exact"]
        counts = re.search(r"; (\S+ \+ \S+) = (\d+) multiplications for an output instead of (\S+) = (\d+)$", said)
        assert counts
        assert [eval(counts[1]), eval(counts[3])] == [int(counts[2]), int(counts[4])]
        assert [int(counts[2]), int(counts[4])] == [result["cost"], result["direct"]]


def test_the_sentence_of_a_rank_is_what_a_reader_would_write() -> None:
    explored = explorer("rank")
    assert explored("kernel=3,0;0,4;0,0&rank=1")["sentence"] == (
        "rank 1: what is left has the norm √(3²) = 3, 60 % of the kernel's; "
        "1·(3 + 2) = 5 multiplications for an output instead of 3·2 = 6"
    )
    assert explored("kernel=1,2;2,4&rank=2")["sentence"].startswith(
        "rank 2: exactly the kernel, whose own rank is 1; 2·(2 + 2) = 8 "
    )
