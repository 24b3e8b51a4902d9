"""Kept outputs: those of the same state, whole, and not more of them than are of use."""

import copy
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode, v4

from book.execution import kept

STATE = {"cells": [["1 + 1", [], []]], "files": {"convbook/signal.py": "abc"}}
CELLS = [0, 2]


def notebook(*texts: str) -> NotebookNode:
    cells = [v4.new_code_cell("1 + 1"), v4.new_markdown_cell("words"), v4.new_code_cell("print(3)")]
    for index, text in zip(CELLS, texts, strict=False):
        cells[index].outputs = [v4.new_output("stream", name="stdout", text=text)]
    return v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def restored(folder: Path, state: dict[str, Any] = STATE) -> NotebookNode | None:
    fresh = notebook()
    del fresh.metadata["language_info"]
    return fresh if kept.restore(folder, state, fresh, CELLS) else None


def test_what_was_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    ran = notebook("two\n", "three\n")
    kept.keep(tmp_path, STATE, ran, CELLS)
    found = restored(tmp_path)
    assert found is not None
    assert [cell.get("outputs") for cell in found.cells] == [cell.get("outputs") for cell in ran.cells]
    assert [found.cells[index].execution_count for index in CELLS] == [1, 2]
    assert found.metadata == ran.metadata


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state["cells"][0].__setitem__(0, "1 + 2"),
        lambda state: state["files"].__setitem__("convbook/signal.py", "abd"),
        lambda state: state["files"].__setitem__("convbook/other.py", "abc"),
        lambda state: state.__setitem__("packages", ["numpy 2.1"]),
        lambda state: state.pop("files"),
    ],
)
def test_another_state_has_no_outputs(tmp_path: Path, change: Any) -> None:
    kept.keep(tmp_path, STATE, notebook("two\n", "three\n"), CELLS)
    other = copy.deepcopy(STATE)
    change(other)
    assert restored(tmp_path, other) is None


def test_a_file_that_is_cut_off_or_of_another_state_is_as_good_as_none(tmp_path: Path) -> None:
    kept.keep(tmp_path, STATE, notebook("two\n", "three\n"), CELLS)
    (file,) = tmp_path.glob("*.json")
    whole = file.read_text(encoding="utf-8")
    for damaged in (whole[: len(whole) // 2], "", "[]", "{}", whole.replace('"abc"', '"abd"'), "\x00"):
        file.write_text(damaged, encoding="utf-8")
        assert restored(tmp_path) is None
    file.write_text(whole, encoding="utf-8")
    assert restored(tmp_path) is not None


def test_the_last_runs_of_a_chapter_are_kept_and_one_that_is_used_counts_as_new(tmp_path: Path) -> None:
    states = [STATE | {"number": number} for number in range(kept.RUNS + 1)]
    for state in states[:-1]:
        kept.keep(tmp_path, state, notebook("two\n", "three\n"), CELLS)
    assert restored(tmp_path, states[0]) is not None
    kept.keep(tmp_path, states[-1], notebook("two\n", "three\n"), CELLS)
    assert [restored(tmp_path, state) is not None for state in states] == [True, False, *[True] * (kept.RUNS - 1)]


def test_nothing_stays_of_a_chapter_that_is_gone(tmp_path: Path) -> None:
    for name in ("part/one", "part/two", "gone/three"):
        kept.keep(tmp_path / name, STATE, notebook("two\n", "three\n"), CELLS)
    kept.prune(tmp_path, ["index", "part/one"])
    assert [path.name for path in tmp_path.rglob("*") if path.is_dir()] == ["part", "one"]
    assert restored(tmp_path / "part/one") is not None
