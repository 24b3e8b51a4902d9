"""A copy of a cell reads the files of its chapter from beside itself."""

import pytest

from book.execution.chapters import Cell
from book.snippets import snippets_of
from book.snippets.data_files import PathNotKnownError, beside

READS = ["../_data/bench.json", "marks.csv"]


@pytest.mark.parametrize(
    ("code", "copied", "files"),
    [
        ('open("../_data/bench.json")', 'open("bench.json")', READS[:1]),
        ("open('./../_data/bench.json')", 'open("bench.json")', READS[:1]),
        ("é = open('marks.csv'), open('../_data/bench.json')", 'é = open("marks.csv"), open("bench.json")', READS),
        ('open("../_data/"\n     "bench.json").read()', 'open("bench.json").read()', READS[:1]),
        ('x = """\na text\n"""\nopen("marks.csv")', 'x = """\na text\n"""\nopen("marks.csv")', READS[1:]),
        ('print("no file")', 'print("no file")', []),
    ],
)
def test_the_path_of_a_file_becomes_its_name(code: str, copied: str, files: list[str]) -> None:
    assert beside(code, READS) == (copied, tuple(files))


@pytest.mark.parametrize(
    "code",
    [
        'open(folder / "bench.json")',
        'open("../elsewhere/bench.json")',
        'open(f"{folder}/bench.json")',
        'open(f"../_data/bench.json")',
    ],
)
def test_a_path_that_is_put_together_or_another_one_is_no_path_of_the_chapter(code: str) -> None:
    with pytest.raises(PathNotKnownError, match=r"It names bench\.json without the path that the page"):
        beside(code, READS)


def test_the_head_of_each_form_says_what_to_save_and_where_from() -> None:
    code = 'import convbook\n\nfrom pathlib import Path\nconvbook.output_size(len(Path("marks.csv").read_text()), 3)'
    cell = Cell(None, 1, 1, "size", code, {"expect": "5"})  # type: ignore[arg-type]
    (found,) = snippets_of([cell], "part/page", "https://example.org/book/", ["marks.csv"])
    at = "https://example.org/book"
    saved = f"# save {at}/downloads/convbook.py and {at}/part/page/marks.csv beside this file."
    assert found.standalone is not None
    assert found.standalone.splitlines()[0].endswith(", marks.csv:")
    assert found.standalone.splitlines()[1] == saved
    assert found.numpy_only is not None
    assert found.numpy_only.splitlines()[1:3] == [
        "# Needs marks.csv:",
        f"# save {at}/part/page/marks.csv beside this file.",
    ]
    assert found.files == ("marks.csv",)
