"""What a reader does with a cell: runs it, edits it, breaks it, stops it, and reads on where nothing of that works."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from built_site import SITE, pages
from chromium import seen_by_axe
from playwright.sync_api import Browser, Locator, Page, expect

CHAPTER = "pictures/padding.html"
CELL, LATER = "with-border", "three-modes"
START = 60_000  # milliseconds until Python has come and run, on a busy machine
PHONE = {"width": 360, "height": 740}

pytestmark = pytest.mark.skipif(
    not any("data-live=" in page.source for page in pages().values()),
    reason="The site was built without cells that run.",
)


def button(page: Page, word: str, name: str = CELL) -> Locator:
    return page.get_by_role("button", name=f"{word} {name}", exact=True)


def result(page: Page, name: str = CELL) -> Locator:
    return page.get_by_role("region", name=f"Your run of {name}", exact=True)


def run(page: Page, says: str, name: str = CELL) -> Locator:
    """Press Run, and give what has been shown when it says so."""
    button(page, "Run", name).click()
    shown = result(page, name)
    expect(shown.get_by_role("status")).to_contain_text(says, timeout=START)
    return shown


def test_no_byte_of_python_is_fetched_before_the_first_run_and_its_size_is_said(page: Page, site: str) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{site}{CHAPTER}", wait_until="networkidle")
    expect(page.locator(".live-note")).to_contain_text("the first run fetches Python, ")
    button(page, "Edit").click()
    assert [url for url in fetched if "pyodide" in url or "library.zip" in url or "worker.js" in url] == []


def test_a_cell_runs_and_agrees_with_its_guard(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    shown = run(page, "Agrees with the guard.")
    expect(shown.locator("pre")).to_contain_text("[[19, 25], [37, 43]]")


def test_a_cell_runs_the_cells_that_it_needs_and_takes_what_a_reader_made_of_them(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    name, first = "layer-padding", CELL
    run(page, "Agrees with the guard.", name)
    expect(result(page, first)).to_have_count(0)
    button(page, "Edit", first).click()
    editor = page.get_by_label(f"Code of {first}")
    editor.fill(editor.input_value().replace("np.arange(9)", "np.arange(9)[::-1]"))
    run(page, "Not what the guard expects.", name)
    button(page, "Reset", first).click()
    expect(button(page, "Edit", first)).to_be_focused()
    run(page, "Agrees with the guard.", name)


def test_the_keyboard_edits_indents_and_runs(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").press("Enter")
    editor = page.get_by_label(f"Code of {CELL}")
    expect(editor).to_be_focused()
    editor.fill("")
    page.keyboard.type("for n in [1, 2]:")
    page.keyboard.press("Enter")
    page.keyboard.type("print(n)")
    assert editor.input_value() == "for n in [1, 2]:\n    print(n)"
    page.keyboard.press("Shift+Enter")
    expect(result(page).get_by_role("status")).to_contain_text(
        "The output has 20 numbers, and this has 2.", timeout=START
    )
    expect(result(page).locator("pre")).to_have_text("1\n2")


def test_an_error_is_its_last_line_with_the_line_of_the_cell(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    page.get_by_label(f"Code of {CELL}").fill("import numpy as np\n\nnp.ones(2).reshape(3)")
    shown = run(page, "Ended with an error.")
    text = "ValueError, line 3: cannot reshape array of size 2 into shape (3,)"
    expect(shown.locator(".live-error")).to_have_text(text)


def test_a_name_that_the_built_cell_does_not_use_is_found_in_an_earlier_cell(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit", LATER).click()
    page.get_by_label(f"Code of {LATER}").fill("framed.shape")
    shown = run(page, "Not what the guard expects.", LATER)
    expect(shown.locator("pre")).to_have_text("(5, 5)")


def test_stop_ends_a_run_without_end_and_the_next_run_begins_anew(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    page.get_by_label(f"Code of {CELL}").fill("while True: pass")
    button(page, "Run").click()
    expect(result(page).get_by_role("status")).to_have_text("Running …", timeout=START)
    button(page, "Stop").click()
    expect(result(page).get_by_role("status")).to_have_text("Stopped. Python starts anew at the next run.")
    button(page, "Reset").click()
    run(page, "Agrees with the guard.")


def test_cells_that_are_run_at_once_take_turns_with_one_python(page: Page, site: str) -> None:
    fetched: list[str] = []
    page.context.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{site}{CHAPTER}")
    names = CELL, "five-rules", LATER
    for name in names:
        button(page, "Run", name).click()
    for name in names:
        expect(result(page, name).get_by_role("status")).to_contain_text("Agrees with the guard.", timeout=START)
    assert len([url for url in fetched if url.endswith("pyodide.asm.wasm")]) == 1


def test_a_figure_is_drawn_in_the_colors_of_the_page(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    page.locator(".cell:has([aria-label='Run fig-usage']) summary").first.click()
    shown = run(page, "Done.", "fig-usage")
    assert "var(--fig-" in shown.locator("svg").first.inner_html()


def test_a_cell_that_reads_a_file_finds_it(page: Page, site: str) -> None:
    page.goto(f"{site}speed/winograd.html")
    name = "fig-gain-of-winograd"
    page.locator(f".cell:has([aria-label='Run {name}']) summary").first.click()
    run(page, "Done.", name)


def test_thirty_runs_do_not_grow_python_without_bound(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    editor = page.get_by_label(f"Code of {CELL}")
    code = (
        "import numpy as np\nimport pyodide_js\nx = np.ones({n}_000_000)\nprint({n}, pyodide_js._module.HEAP8.length)"
    )
    sizes = []
    for n in range(1, 31):
        editor.fill(code.format(n=1 + n % 2))  # 8 or 16 MB
        button(page, "Run").click()
        text = result(page).locator("pre")
        expect(text).to_contain_text(f"{1 + n % 2} ", timeout=START)
        sizes.append(int(text.inner_text().split()[1]))
    assert sizes[-1] <= sizes[1] + 32_000_000, sizes  # 30 arrays would be 360 MB, had each run left its own


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_cells_are_run_and_edited(page: Page, site: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    page.get_by_label(f"Code of {CELL}").fill("1 / 0")
    run(page, "Ended with an error.")
    run(page, "Ended with an error.", "five-rules")  # it needs the other
    wrong, right = seen_by_axe(page, ".live", ".live-editor", ".live-buttons", ".live-note")
    assert wrong == []
    assert right


def test_on_a_phone_nothing_runs_over_the_side(page: Page, site: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    run(page, "Agrees with the guard.")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_print_and_a_page_without_scripts_are_as_they_were(browser: Browser, page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    run(page, "Agrees with the guard.")
    page.emulate_media(media="print")
    expect(page.get_by_label(f"Code of {CELL}")).to_be_hidden()
    code = page.locator(".live-editor + [class*=highlight-]")
    expect(code).to_be_visible()
    for part in (".live", ".live-note", ".live-buttons"):
        expect(page.locator(part).first).to_be_hidden()
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{site}{CHAPTER}")
    expect(plain.locator(".live-note")).to_be_hidden()
    assert plain.locator(".live-buttons").count() == 0
    context.close()


def test_from_a_folder_run_says_that_it_needs_a_server(browser: Browser) -> None:
    page = browser.new_page()
    page.goto((SITE / CHAPTER).as_uri())
    button(page, "Run").click()
    expect(result(page).get_by_role("status")).to_contain_text("Serve the folder with python -m http.server")
    page.close()


def test_python_that_is_not_there_is_said_in_a_sentence(browser: Browser, site: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    context.route("**/_static/pyodide/**", lambda route: route.fulfill(status=404))
    page.goto(f"{site}{CHAPTER}")
    button(page, "Run").click()
    expect(result(page).get_by_role("status")).to_contain_text("could not be fetched", timeout=START)
    context.close()


def test_the_zip_runs_cells_when_pythons_own_server_serves_it(page: Page, tmp_path: Path) -> None:
    import zipfile

    (archive,) = (SITE / "downloads").glob("*-site.zip")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page.goto(f"http://127.0.0.1:{server.server_port}/{CHAPTER}")
    run(page, "Agrees with the guard.")
    server.shutdown()
    server.server_close()
