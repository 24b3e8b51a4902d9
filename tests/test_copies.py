"""The copies of cells: the files of each cell, the folds that show them, and their addresses."""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from site_builds import ROOT, Site

from book.execution import chapters
from book.snippets import Snippet, snippets_of

FORMS = ("", "-numpy-only", "-cell")


def snippets(site: Site, page: str) -> dict[str, Snippet]:
    chapter = chapters.read(site.source(page))
    return {s.name: s for s in snippets_of(chapter.cells, page, reads=chapter.metadata.get("reads", []))}


def served(site: Site, page: str) -> set[str]:
    return {path.name for path in site.file(page).glob("*")}


def folds(page: str) -> dict[str, str]:
    """Map the name of each cell to its fold."""
    parts = re.split(r'<div class="copies">', page)[1:]
    parts = [part[: part.index("</details></div>")] for part in parts]
    return {re.search(r'visually-hidden"> ([^<]+)<', part)[1]: part for part in parts}  # type: ignore[index]


def shown(fold: str) -> dict[str, str]:
    """Map the file of each form that a fold shows to the text which it shows."""
    head = r'<div class="copies-form">[^\n]*<a href="([^"]+)" download>[^\n]*\n'
    forms = re.findall(head + r'<div class="highlight"><pre>(.*?)</pre>', fold, re.S)
    return {file: html.unescape(re.sub(r"<[^>]*>", "", code)) for file, code in forms}


# Files --------------------------------------------------------------------------------------------------------
def test_a_cell_is_served_as_shown_alone_and_without_convbook(site: Site) -> None:
    snippet = snippets(site, "part/second")["recipe-negate"]
    assert snippet.numpy_only != snippet.standalone
    texts = [site.file(f"part/second/recipe-negate{form}.py").read_text(encoding="utf-8") for form in FORMS]
    assert texts == [snippet.standalone, snippet.numpy_only, f"{snippet.cell}\n"]


def test_a_cell_that_needs_no_convbook_is_one_file_beside_the_cell_as_shown(site: Site) -> None:
    assert {"recipe-add.py", "recipe-add-cell.py"} <= served(site, "part/first")
    assert "recipe-add-numpy-only.py" not in served(site, "part/first")


def test_every_cell_whose_code_is_shown_has_its_files_and_no_other_has(site: Site) -> None:
    names = {"start", "failing", "fig-line", "twice", "recipe-add"}
    assert served(site, "part/first") == {f"{name}{form}.py" for name in names for form in ("", "-cell")}


def test_a_figure_gives_its_name_to_its_cell(site: Site) -> None:
    """The order of the figures could change the name that the code gives."""
    assert snippets(site, "part/first")["fig-line"].cell.endswith("plt.plot(x);")
    assert "fig-line.py" in served(site, "part/first")


def test_files_that_are_gone_are_written_again_and_others_left_alone(site: Site) -> None:
    before = site.times()
    site.file("part/first/start.py").unlink()
    shutil.rmtree(site.file("part/second"))
    assert site.build().warnings == ""
    after = site.times()
    assert after.keys() == before.keys()
    gone = {name for name in before if name == "part/first/start.py" or name.startswith("part/second/")}
    assert {name for name in before if before[name] != after[name]} == gone


def test_the_files_of_a_removed_cell_and_of_a_removed_page_are_removed(site: Site) -> None:
    site.change("docs/part/first.md", "name: start\n", "name: beginning\n")
    site.source("part/second").unlink()
    site.change("docs/index.md", "part/second\n", "")
    site.change("docs/cookbook.md", "part/second recipe-negate signs", "")
    site.change("docs/part/first.md", "[the other](#ch-second)", "another")
    assert site.build().warnings == ""
    assert "start.py" not in served(site, "part/first")
    assert "beginning.py" in served(site, "part/first")
    assert not site.file("part/second").exists()


def test_a_cell_that_reads_a_file_has_it_beside_its_copies_and_says_so(site: Site, tmp_path: Path) -> None:
    assert {"numbers.txt", "the-number.py", "its-double.py", "its-double-numpy-only.py"} <= served(site, "part/second")
    for copy, printed in {"the-number": "21\n", "its-double": "[42]\n", "its-double-numpy-only": "[42]\n"}.items():
        there = tmp_path / copy
        there.mkdir()
        for name in (f"{copy}.py", "numbers.txt"):
            shutil.copy(site.file(f"part/second/{name}"), there)
        head = re.match(r"(#.*\n)*", (there / f"{copy}.py").read_text(encoding="utf-8"))[0]  # type: ignore[index]
        assert re.search(r"^# .*Needs .*numbers\.txt:\n# save .*\bpart/second/numbers\.txt of the site", head, re.M)
        command = [sys.executable, f"{copy}.py"]
        environment = os.environ | {"PYTHONPATH": str(ROOT) if "numpy-only" not in copy else ""}
        run = subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True, check=False)
        assert (run.stdout, run.stderr) == (printed, "")
    folded = folds(site.page("part/second"))
    link = '<a href="second/numbers.txt" download>numbers.txt</a>'
    assert f'<span class="copies-needs">needs {link}</span>' in folded["the-number"]
    assert f'<span class="copies-needs">needs convbook, {link}</span>' in folded["its-double"]
    assert link not in folded["recipe-negate"]


def test_the_file_beside_the_copies_is_the_one_that_the_chapter_reads_and_goes_with_them(site: Site) -> None:
    source = site.folder / "docs" / "data" / "numbers.txt"
    source.write_text(" 21 \n", encoding="utf-8")
    assert site.build().warnings == ""
    assert site.file("part/second/numbers.txt").read_bytes() == source.read_bytes()
    site.change("docs/part/second.md", 'Path("../data/numbers.txt").read_text()', '"21"')
    site.change("docs/part/second.md", "reads: [../data/numbers.txt]\n", "")
    assert site.build().warnings == ""
    assert not site.file("part/second/numbers.txt").exists()


def test_a_cell_that_puts_the_path_together_is_offered_as_shown_with_the_reason(site: Site) -> None:
    site.change("docs/part/second.md", 'Path("../data/numbers.txt")', 'Path("..", "data", "numbers.txt")')
    assert site.build().warnings == ""
    fold = folds(site.page("part/second"))["the-number"]
    assert "There is no form that runs alone. It names numbers.txt without the path" in fold
    assert 'href="second/the-number-cell.py"' in fold
    assert not {"the-number.py", "its-double.py", "numbers.txt"} & served(site, "part/second")


# Addresses ----------------------------------------------------------------------------------------------------
def lines_of(site: Site, page: str, name: str) -> list[int]:
    """Give the lines of the fences that open cells of this name."""
    return [cell.line for cell in chapters.read(site.source(page)).cells if cell.name == name]


def test_cells_with_one_address_are_reported_with_file_and_line(site: Site) -> None:
    site.change("docs/part/first.md", "name: failing\n", "name: start\n")
    site.change("docs/part/first.md", "name: twice\n", "name: start-cell\n")
    said = site.build().warnings
    (_, again), (suffixed,) = (lines_of(site, "part/first", name) for name in ("start", "start-cell"))
    assert f"part/first.md:{again}: WARNING: part/first/start.py would be the address of two files" in said
    assert f"part/first.md:{suffixed}: WARNING: part/first/start-cell.py would be the address of two files" in said


def test_the_script_of_a_page_keeps_its_address_on_disks_that_do_not_tell_capitals(site: Site) -> None:
    """A chapter in the folder of another would have the address of a cell."""
    text = site.source("part/second").read_text(encoding="utf-8").replace("ch-second", "ch-third")
    (site.folder / "docs" / "part" / "first").mkdir()
    site.source("part/first/Start").write_text(text.replace("[recipe]", "[]").replace(":::{recipe}", ":::{pitfall}"))
    site.change("docs/index.md", "part/second\n", "part/second\npart/first/Start\n")
    said = site.build().warnings
    (line,) = lines_of(site, "part/first", "start")
    assert f"part/first.md:{line}: WARNING: part/first/start.py would be the address of two files" in said


# Folds --------------------------------------------------------------------------------------------------------
def test_the_fold_of_a_cell_shows_each_form_just_as_its_file_has_it(site: Site) -> None:
    found = {
        (page, file): text
        for page in ("part/first", "part/second")
        for fold in folds(site.page(page)).values()
        for file, text in shown(fold).items()
    }
    assert len(found) == 5 + 2 + 1 + 2
    for (page, file), text in found.items():
        assert text == site.file(page).parent.joinpath(file).read_text(encoding="utf-8"), file


def test_a_fold_names_its_cell_and_links_to_its_files(site: Site) -> None:
    fold = folds(site.page("part/second"))["recipe-negate"]
    links = re.findall(r'<a href="([^"]+)" download>([^<]+)</a>', fold)
    assert links == [(f"second/recipe-negate{form}.py", f"recipe-negate{form}.py") for form in FORMS]
    assert re.findall(r'copies-label">([^<]+)<', fold) == ["Standalone", "NumPy only"]
    assert ">needs convbook<" in fold
    assert re.findall(r'copies-label">([^<]+)<', folds(site.page("part/first"))["start"]) == ["Standalone, NumPy only"]


def test_a_form_that_is_not_available_has_a_reason_and_names_what_the_cell_requires(site: Site) -> None:
    site.change("docs/part/first.md", "name: start\n", "name: start\nrequires: [pillow]\n")
    assert site.build().warnings == ""
    fold = folds(site.page("part/first"))["start"]
    assert re.findall(r'copies-label">([^<]+)<', fold) == ["Standalone"]
    assert ">needs pillow<" in fold
    assert "There is no form with NumPy only. It needs pillow." in fold


def test_a_folded_cell_folds_what_can_be_copied_with_it(site: Site) -> None:
    page = site.page("part/first")
    code = page[page.index("Code of this figure") :]
    assert code.index('<div class="copies">') < code.index("fig-line.py") < code.index("</details>\n</div>")
    solution = page[page.index('id="ex-double"') : page.index('id="a-recipe"')]
    assert "twice.py" in solution


def test_a_recipe_of_the_cookbook_has_the_files_of_its_chapter(site: Site) -> None:
    own, copied = folds(site.page("part/second"))["recipe-negate"], folds(site.page("cookbook"))["recipe-negate"]
    assert copied == own.replace('href="second/', 'href="part/second/')
    assert not site.file("cookbook").exists()


def test_the_search_knows_the_page_and_not_what_is_written_out_in_its_folds(site: Site) -> None:
    index = site.file("searchindex.js").read_text(encoding="utf-8")
    assert "chang" in index
    assert "standalon" not in index


def test_books_and_texts_without_files_have_no_folds(site: Site) -> None:
    assert "recipe-negate.py" not in site_text(site)


def site_text(site: Site) -> str:
    site.build("text")
    texts = site.file("", "text").rglob("*.txt")
    return "".join(path.read_text(encoding="utf-8") for path in texts)
