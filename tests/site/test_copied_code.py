"""What every chapter of the built site has to copy; `make check-site` runs this."""

import ast
import html
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from book.execution import chapters, guards, settings

sys.path.insert(0, str(Path(__file__).parents[1]))
from built_site import ROOT, SITE, Page, pages

#: Markup that only the book understands, outside of code.
MARKUP = re.compile(r"^:::|\{[a-z]+(:[a-z]+)?\}`|^\([a-z-]+\)=$", re.M)
PARTS = {"operation", "pictures", "layers", "speed", "beyond"}
CHAPTERS = [page for page in pages().values() if page.name.split("/")[0] in PARTS]
FORM = re.compile(r'<div class="copies-form">.*?<a href="([^"]+)" download>.*?<pre>(.*?)</pre>', re.S)
LINK = re.compile(r'<a href="([^"]+\.py)" download>')
WITH_COPIES = [page for page in pages().values() if 'class="copies"' in page.source]
SOURCES = {path.relative_to(ROOT / "docs").with_suffix("").as_posix(): path for path in chapters.below(ROOT / "docs")}


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)
def test_a_chapter_offers_itself_as_a_notebook_and_as_a_script(page: Page) -> None:
    links = {e.attributes.get("href", "") for e in page.elements if "download" in e.attributes}
    links = {link for link in links if "/_downloads/" not in link}  # data that the chapter reads
    stem = page.path.stem
    assert {link for link in links if "/" not in link} == {f"{stem}.ipynb", f"{stem}.py"}
    book = nbformat.read(page.path.with_suffix(".ipynb"), as_version=4)
    nbformat.validate(book)
    words = "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert not MARKUP.search(words), MARKUP.search(words)
    assert not re.search(r"\bglue\b", "\n".join(cell.source for cell in book.cells if cell.cell_type == "code"))
    ast.parse(page.path.with_suffix(".py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("chapter", [name for name in SOURCES if name != "index"])
def test_a_notebook_runs_where_it_was_downloaded_and_shows_what_its_page_shows(chapter: str, tmp_path: Path) -> None:
    book = nbformat.read(SITE / f"{chapter}.ipynb", as_version=4)
    here = tmp_path / "site" / chapter
    here.parent.mkdir(parents=True)
    for name in chapters.read(SOURCES[chapter]).metadata.get("reads", []):
        assert f"`{name}`" in book.cells[0].source, "it says which file it reads"
        (here.parent / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCES[chapter].parent / name, here.parent / name)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    on_the_page = [guards.shown(cell.outputs) for cell in cells]
    for cell in cells:
        cell.outputs = []
    environment = os.environ | settings.ENVIRONMENT | {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path / "ipython")}
    config = Config({"AsyncKernelManager": {"transport": "ipc", "ip": str(tmp_path / "kernel")}})
    resources = {"metadata": {"path": str(here.parent)}}
    client = NotebookClient(book, timeout=60, kernel_name="python3", resources=resources, config=config)
    with client.setup_kernel(env=environment):
        client.reset_execution_trackers()
        for index, cell in enumerate(book.cells):
            client.execute_cell(cell, index)
    for cell, shown in zip(cells, on_the_page, strict=True):
        if cell.source.startswith("# Checks `"):  # it has not been run: there is nothing yet to check
            assert not shown
            assert guards.shown(cell.outputs).strip() not in ("", "Right."), cell.source
        else:
            assert guards.shown(cell.outputs) == shown, cell.source


def test_there_are_chapters() -> None:
    assert CHAPTERS


def test_the_site_serves_the_library_and_itself() -> None:
    names = {path.suffix for path in (SITE / "downloads").iterdir()}
    assert names == {".py", ".whl", ".zip"}


# Cells and functions ----------------------------------------------------------------------------------------
def names(path: Path) -> list[str]:
    """Give the names of the cells of a chapter whose code the page shows."""
    found = []
    for cell in chapters.read(path).cells:
        if not {"remove-cell", "remove-input"} & set(cell.metadata.get("tags", [])):
            figure = cell.metadata.get("mystnb", {}).get("figure", {})
            found.append(str(cell.metadata.get("name") or figure.get("name")).replace("_", "-"))
    return found


def wrong(page: Page, root: Path) -> Iterator[str]:
    """Name the files of a page that are not below `root`, or are not what the page shows."""
    folder = (root / page.name).parent
    shown = {file: html.unescape(re.sub(r"<[^>]*>", "", code)) for file, code in FORM.findall(page.source)}
    for file in LINK.findall(page.source):
        if not (folder / file).is_file():
            yield f"{file} is not there"
        elif file in shown and (folder / file).read_text(encoding="utf-8") != shown[file]:
            yield f"{file} is not what the page shows"


@pytest.mark.parametrize("page", WITH_COPIES, ids=lambda page: page.name)
def test_every_file_of_a_page_is_there_and_is_what_the_page_shows(page: Page) -> None:
    assert list(wrong(page, SITE)) == []


def test_a_missing_file_and_one_that_differs_would_be_noticed(tmp_path: Path) -> None:
    page = next(page for page in WITH_COPIES if page.name == "pictures/padding.html")
    shutil.copytree(SITE / "pictures", tmp_path / "pictures")
    first, second = [file for file, _ in FORM.findall(page.source)][:2]
    (tmp_path / "pictures" / first).unlink()
    with (tmp_path / "pictures" / second).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert list(wrong(page, tmp_path)) == [f"{first} is not there", f"{second} is not what the page shows"]


@pytest.mark.parametrize("chapter", SOURCES)
def test_every_cell_of_a_chapter_has_its_files_and_there_is_no_other(chapter: str) -> None:
    page = pages()[f"{chapter}.html"]
    here = chapter.rpartition("/")[2]
    own = {file for file in LINK.findall(page.source) if file != f"{here}.py"}
    played = {element.attributes["src"] for element in page.elements if element.tag == "audio"}
    read = {f"{here}/{Path(name).name}" for name in chapters.read(SOURCES[chapter]).metadata.get("reads", [])}
    assert all(f'href="{file}" download' in page.source for file in read)
    assert own | played | read == {f"{here}/{path.name}" for path in (SITE / chapter).iterdir()}
    expected = {f"{here}/{name}{form}.py" for name in names(SOURCES[chapter]) for form in ("", "-cell")}
    assert {file for file in own if not file.endswith("-numpy-only.py")} == expected


def test_every_file_of_a_function_is_linked_from_its_page() -> None:
    linked = {
        (page.path.parent / file).relative_to(SITE).as_posix()
        for page in WITH_COPIES
        if page.name.startswith("api/")
        for file in LINK.findall(page.source)
    }
    assert linked == {path.relative_to(SITE).as_posix() for path in (SITE / "api").rglob("*.py")}
    assert "api/convbook/kernels/gaussian.py" in linked


def test_every_recipe_of_the_cookbook_offers_all_of_its_files() -> None:
    page = pages()["appendices/cookbook.html"]
    recipes = page.source.split('<section class="recipe-entry"')[1:]
    assert len(recipes) > 10
    for recipe in recipes:
        files = LINK.findall(recipe)
        assert any(file.endswith("-cell.py") for file in files)
        assert len(files) >= 2
        assert "recipe-source" in recipe


def test_the_zip_of_the_site_holds_the_snippets() -> None:
    with zipfile.ZipFile(SITE / "downloads" / "convbook-site.zip") as packed:
        held = {name.partition("/")[2] for name in packed.namelist()}
    on_disk = {path.relative_to(SITE).as_posix() for path in SITE.rglob("*.py")}
    assert len(on_disk) > 500
    assert on_disk <= held
