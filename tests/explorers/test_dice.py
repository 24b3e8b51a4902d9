"""Dice: their ways are those that one counts, and each order costs what its convolutions cost."""

import itertools
import random
from collections import Counter
from typing import Any

import numpy as np
from scipy.stats import norm

import convbook
from explorers import DASH, Use, address, explorer, settings

USE = Use(
    "Dice",
    "3",
    "3 dice, total 14: 5·1 + 4·1 + 3·1 + 2·1 + 1·1 = 15 of 216 ways",
    "3 dice, total 15: 4·1 + 3·1 + 2·1 + 1·1 = 10 of 216 ways",
    choice=("Order", "pairs", "right"),
    number="count",
)


def setting(rng: random.Random) -> dict[str, Any]:
    count, sides = rng.randint(1, 10), rng.randint(2, 10)
    order = rng.choice(["left", "right", "pairs", "once"])
    return {"count": count, "sides": sides, "order": order, "total": rng.randint(count, count * sides)}


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["ways"].tolist() == found["result"]["ways"]
    assert names["multiplications"] == found["result"]["multiplications"]


def test_the_ways_are_those_of_the_library_and_the_last_convolution_adds_them_up() -> None:
    explored = explorer("dice")
    for one in settings("dice"):
        count, sides, _, total = one.values()
        result = explored(address(one))["result"]
        ways = [1]
        for _ in range(count):
            ways = convbook.convolve(ways, [1] * sides).tolist()
        assert result["ways"] == ways, one
        assert result["all"] == sides**count == sum(ways)
        assert sum(a * b for a, b in result["terms"]) == ways[total - count], one
        spread = np.sqrt(count * (sides**2 - 1) / 12)
        bell = norm.pdf(np.arange(count, count * sides + 1), count * (sides + 1) / 2, spread) * sides**count
        np.testing.assert_allclose(result["bell"], bell, rtol=1e-12)


def test_the_ways_are_those_that_one_counts() -> None:
    explored = explorer("dice")
    for count, sides in [(1, 6), (2, 6), (3, 4), (4, 6), (5, 3)]:
        counted = Counter(map(sum, itertools.product(range(1, sides + 1), repeat=count)))
        result = explored(f"count={count}&sides={sides}&order=pairs&total={count}")["result"]
        assert result["ways"] == [counted[total] for total in range(count, count * sides + 1)]


class Dice:
    """A list of ways that counts what is multiplied when it is convolved with another."""

    log: list[tuple[int, int]]

    def __init__(self, count: int) -> None:
        self.count = count

    def __mul__(self, other: "Dice") -> "Dice":
        Dice.log.append((self.count, other.count))
        return Dice(self.count + other.count)


def taken(order: str, count: int) -> list[tuple[int, int]]:
    """Multiply dice in an order, and say which products of how many dice were taken."""
    Dice.log = []

    def product(dice: list[Dice]) -> Dice:
        if len(dice) == 1:
            return dice[0]
        if order == "left":
            return product(dice[:-1]) * dice[-1]
        if order == "right":
            return dice[0] * product(dice[1:])
        # In pairs: the left factor has the largest power of two that leaves something to the right one.
        cut = 1 << (len(dice) - 1).bit_length() - 1
        return product(dice[:cut]) * product(dice[cut:])

    product([Dice(1) for _ in range(count)])
    return list(dict.fromkeys(Dice.log)) if order == "once" else Dice.log


def test_each_order_takes_the_products_of_its_brackets() -> None:
    explored = explorer("dice")
    for one in settings("dice"):
        count, sides, order, _ = one.values()
        result = explored(address(one))["result"]
        expected = Counter(taken(order, count))
        found: Counter[tuple[int, int]] = Counter()
        for step in result["steps"]:
            found[tuple(step["dice"])] += step["times"]
            assert step["lengths"] == [dice * (sides - 1) + 1 for dice in step["dice"]]
        assert found == expected, one
        cost = sum((a * (sides - 1) + 1) * (b * (sides - 1) + 1) * times for (a, b), times in expected.items())
        assert result["multiplications"] == cost, one
        if count > 1:
            assert sum(result["steps"][-1]["dice"]) == count


def test_the_sentence_computes_to_its_results() -> None:
    explored = explorer("dice")
    for one in settings("dice"):
        found = explored(address(one))
        result, (says, cost) = found["result"], found["sentence"].replace("·", "*").split("; ")
        ways = result["ways"][one["total"] - one["count"]]
        sum_, chance = says.partition(": ")[2].split(" of ", 1)[0], says.rpartition(" ")[2].replace(DASH, "-")
        assert [eval(part) for part in sum_.split(" = ")] == [ways] * (1 + (one["count"] > 1))
        assert says.partition(" of ")[2].startswith(f"{result['all']} ways")
        assert abs(float(chance) * result["all"] - ways) <= 1e-5 * ways
        if one["count"] > 1:
            numbers = cost.removesuffix(" multiplications").rpartition(", ")[2].split(" = ")
            assert {eval(part) for part in numbers} == {result["multiplications"]}
        else:
            assert cost.endswith("nothing is multiplied")


def test_the_sentence_of_dice_is_what_a_reader_would_say() -> None:
    said = explorer("dice")("count=4&sides=2&order=pairs&total=6")["sentence"]
    assert said == (
        "4 dice, total 6: 1·1 + 2·2 + 1·1 = 6 of 16 ways, a chance of 0.375; in pairs, 2·4 + 9 = 17 multiplications"
    )
