"""What a reader does with a cell: runs it, edits it, breaks it, stops it, and reads on where nothing of that works."""

import functools
import json
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from built_site import SITE, pages
from chromium import seen_by_axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

CHAPTER, LIST = "pictures/padding.html", "appendices/checked-exercises.html"
CELL, LATER = "with-border", "three-modes"
START = 60_000  # milliseconds until Python has come and run, on a busy machine
PHONE = {"width": 360, "height": 740}
SCHEMES: tuple[Any, ...] = ("light", "dark")

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
    shown = run(page, "Same as the book’s output.")
    expect(shown.locator("pre")).to_contain_text("[[19, 25], [37, 43]]")


def test_a_cell_runs_the_cells_that_it_needs_and_takes_what_a_reader_made_of_them(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    name, first = "layer-padding", CELL
    run(page, "Same as the book’s output.", name)
    expect(result(page, first)).to_have_count(0)
    button(page, "Edit", first).click()
    editor = page.get_by_label(f"Code of {first}")
    editor.fill(editor.input_value().replace("np.arange(9)", "np.arange(9)[::-1]"))
    run(page, "Not the book’s output.", name)
    button(page, "Reset", first).click()
    expect(button(page, "Edit", first)).to_be_focused()
    run(page, "Same as the book’s output.", name)


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
    shown = run(page, "Not the book’s output.", LATER)
    expect(shown.locator("pre")).to_have_text("(5, 5)")


def test_stop_ends_a_run_without_end_and_the_next_run_begins_anew(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    page.get_by_label(f"Code of {CELL}").fill("while True: pass")
    button(page, "Run").click()
    expect(result(page).get_by_role("status")).to_have_text("Running …", timeout=START)
    button(page, "Stop").click()
    expect(result(page).get_by_role("status")).to_have_text("Stopped. The next run starts Python again.")
    button(page, "Reset").click()
    run(page, "Same as the book’s output.")


def test_stop_at_a_cell_that_waits_leaves_the_one_that_runs(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Run").click()
    button(page, "Run", LATER).click()
    button(page, "Stop", LATER).click()
    expect(result(page, LATER).get_by_role("status")).to_have_text("Stopped.")
    expect(result(page).get_by_role("status")).to_contain_text("Same as the book’s output.", timeout=START)


def test_stop_while_the_cells_are_fetched_is_heard(page: Page, site: str) -> None:
    held: list[Route] = []
    page.route("**/*.cells.json*", lambda route: held.append(route))
    page.goto(f"{site}{CHAPTER}")
    button(page, "Run").click()
    button(page, "Stop").click()
    expect(result(page).get_by_role("status")).to_have_text("Stopped.")
    held[0].continue_()
    run(page, "Same as the book’s output.")


def test_a_double_click_runs_once(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Run").dblclick()
    expect(result(page).get_by_role("status")).to_contain_text("Same as the book’s output.", timeout=START)


def test_what_a_run_gave_is_not_said_of_code_that_has_changed_since(page: Page, site: str) -> None:
    """Also where a cell has changed that it needs; and with the code that ran, what it gave comes back."""
    page.goto(f"{site}{CHAPTER}")
    for name in (CELL, "layer-padding"):
        run(page, "Same as the book’s output.", name)
    button(page, "Edit").click()
    editor = page.get_by_label(f"Code of {CELL}")
    seal = page.locator(".live-edited > .cell_output > .cell-checked")
    expect(seal).to_be_hidden()
    book = editor.input_value()
    editor.fill("nonsense(")
    for name in (CELL, "layer-padding"):
        expect(result(page, name).get_by_role("status")).to_have_text("The code has changed since this run.")
    button(page, "Reset").click()
    for name in (CELL, "layer-padding"):
        expect(result(page, name).get_by_role("status")).to_contain_text("Same as the book’s output.")
    button(page, "Undo reset").click()
    expect(editor).to_have_value("nonsense(")
    editor.fill(book)
    button(page, "Reset").click()
    expect(button(page, "Undo reset")).to_have_count(0)


def test_a_covered_output_is_predicted_before_its_cell_is_run(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    page.get_by_role("button", name="Predict first", exact=True).click()
    run(page, "Predict first: say what the output will be, or have it shown.")
    expect(button(page, "Run")).to_be_visible()
    page.locator(f".cell:has([id='live-{CELL}'])").get_by_role("button", name="Show").click()
    run(page, "Same as the book’s output.")


def test_a_cell_that_cannot_run_says_why_and_has_no_buttons(page: Page, site: str) -> None:
    page.goto(f"{site}speed/at-scale.html")
    notes = page.locator(".live-why")
    assert {str(text) for text in notes.all_text_contents()} == {
        "Not run in the page. It maps a file into memory, which a browser's files cannot do."
    }
    expect(page.locator(".cell:has(.live-why) .live-buttons")).to_have_count(0)


def test_cells_that_are_run_at_once_take_turns_with_one_python(page: Page, site: str) -> None:
    fetched: list[str] = []
    page.context.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{site}{CHAPTER}")
    names = CELL, "five-rules", LATER
    for name in names:
        button(page, "Run", name).click()
    for name in names:
        expect(result(page, name).get_by_role("status")).to_contain_text("Same as the book’s output.", timeout=START)
    assert len([url for url in fetched if url.endswith("pyodide.asm.wasm")]) == 1


def test_a_figure_is_drawn_in_the_colors_of_the_page(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    page.locator(".cell:has([aria-label='Run fig-usage']) summary").first.click()
    shown = run(page, "Done.", "fig-usage")
    assert "var(--fig-" in shown.locator("svg").first.inner_html()


def test_the_sounds_of_a_run_can_be_heard(page: Page, site: str) -> None:
    page.goto(f"{site}pictures/frequency.html")
    page.locator(".cell:has([aria-label='Run sound-chord']) summary").first.click()
    run(page, "Done.", "sound-chord")
    page.wait_for_function("document.querySelector('.live audio').duration > 0")


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


def test_axe_finds_nothing_while_cells_are_run_and_edited(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    page.get_by_label(f"Code of {CELL}").fill("1 / 0")
    run(page, "Ended with an error.")
    run(page, "Ended with an error.", "five-rules")  # it needs the other
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        wrong, right = seen_by_axe(page, ".live", ".live-editor", ".live-buttons", ".live-note")
        assert wrong == []
        assert right


def test_on_a_phone_nothing_runs_over_the_side(page: Page, site: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    run(page, "Same as the book’s output.")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_print_and_a_page_without_scripts_are_as_they_were(browser: Browser, page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    run(page, "Same as the book’s output.")
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


LOST = {
    "*.cells.json": "The cells of this page could not be fetched (404).",
    "pyodide.mjs": "pyodide.mjs could not be fetched. Is there a connection?",
    "pyodide-lock.json": "pyodide-lock.json could not be fetched (404).",
    "library.zip*": "library.zip could not be fetched (404).",
    "pyodide.asm.js": "Python could not be fetched. Is there a connection?",
    "pyodide.asm.wasm": "pyodide.asm.wasm could not be fetched (404).",
    "python_stdlib.zip": "python_stdlib.zip could not be fetched (404).",
    "numpy-*": ".whl could not be fetched. Is there a connection?",  # what fails its hash is no response
}


def test_each_file_that_is_not_there_is_said_in_a_sentence_and_the_next_run_asks_again(
    browser: Browser, site: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}{CHAPTER}")
    for lost, words in LOST.items():
        context.route(f"**/{lost}", lambda route: route.fulfill(status=404), times=1)
        run(page, words)
    run(page, "Same as the book’s output.")
    context.close()


def test_a_package_that_does_not_come_is_named_and_python_stays(browser: Browser, site: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    context.route("**/matplotlib-*", lambda route: route.fulfill(status=404), times=1)
    page.goto(f"{site}{CHAPTER}")
    page.locator(".cell:has([aria-label='Run fig-usage']) summary").first.click()
    run(page, "matplotlib-", "fig-usage")
    expect(result(page, "fig-usage").get_by_role("status")).to_contain_text(".whl could not be fetched.")
    run(page, "Done.", "fig-usage")
    assert len([url for url in fetched if url.endswith("pyodide.asm.wasm")]) == 1
    context.close()


def test_an_error_in_a_needed_cell_has_a_link_to_it(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit").click()
    page.get_by_label(f"Code of {CELL}").fill("1 / 0")
    shown = run(page, "Ended with an error.", "layer-padding")
    expect(shown.locator(".live-error")).to_have_text(
        "ZeroDivisionError in an earlier cell, which this one needs: division by zero"
    )
    target = str(shown.get_by_role("link", name="an earlier cell").get_attribute("href"))
    expect(page.locator(target).get_by_label(f"Code of {CELL}")).to_be_visible()


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
    run(page, "Same as the book’s output.")
    server.shutdown()
    server.server_close()


# Exercises that check ---------------------------------------------------------------------------------------
TASK = "task-mirror"
GAP = """def mirror(x, p):
    before = {before}
    behind = [x[len(x) - 1 - i] for i in range(1, p + 1)]
    return before + list(x) + behind"""
TURNED, MIRRORED = "[x[i] for i in range(p)]", "[x[i] for i in range(p, 0, -1)]"


def check(page: Page, says: str) -> Locator:
    button(page, "Check", TASK).click()
    shown = result(page, TASK)
    expect(shown.get_by_role("status")).to_contain_text(says, timeout=START)
    return shown


def test_an_exercise_says_what_is_wrong_and_remembers_that_it_was_solved(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    shown = check(page, "mirror([1, 2, 3, 5], 2) gives [1, 2, 3, 5], not [3, 2, 1, 2, 3, 5, 3, 2].")
    button(page, "Edit", TASK).click()
    editor = page.get_by_label(f"Code of {TASK}")
    editor.fill(GAP.format(before=TURNED))
    check(page, "If you like, open a hint or the solution below.")
    editor.fill("def mirror(x, p):\n    return np.pad(x, p, mode='symmetric')")
    check(page, "The end values stand there twice")
    editor.fill(GAP.format(before=MIRRORED))
    expect(shown.get_by_role("status")).to_have_text("The code has changed since this run.")
    editor.press("Shift+Enter")  # checks where there is something to check
    expect(shown.get_by_role("status")).to_have_text("Right.", timeout=START)
    solved = page.locator(f".task[data-cell={TASK}] .task-solved")
    expect(solved).to_have_text(re.compile(r"^Solved on \d{4}-\d\d-\d\d\.$"))
    page.reload()
    expect(solved).to_be_visible()
    button(page, "Edit", TASK).click()
    expect(editor).to_have_value(GAP.format(before=MIRRORED))
    button(page, "Reset", TASK).click()
    button(page, "Edit", TASK).click()
    expect(editor).to_have_value(re.compile("# your code"))
    check(page, "gives [1, 2, 3, 5], not")
    page.reload()
    button(page, "Edit", TASK).click()
    expect(editor).to_have_value(GAP.format(before=MIRRORED))  # what was right is not lost


def test_a_cell_that_does_not_define_what_is_asked_for_is_told_so(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    button(page, "Edit", TASK).click()
    page.get_by_label(f"Code of {TASK}").fill("def miror(x, p): ...")
    check(page, "The cell does not define mirror.")
    page.get_by_label(f"Code of {TASK}").fill("def mirror(x, p): return")
    check(page, "gives None, not")
    page.get_by_label(f"Code of {TASK}").fill("def mirror(x, p) return")
    check(page, "Ended with an error.")


def test_progress_is_listed_exported_and_deleted(page: Page, site: str) -> None:
    page.goto(f"{site}{LIST}")
    account = page.locator(".task-account")
    expect(account).to_contain_text(re.compile(r"^0 of \d+ solved in this browser\."))
    expect(account.get_by_role("button", name="Export")).to_have_attribute("aria-disabled", "true")
    kept = {f"pictures/padding {TASK}": {"tries": 2, "solved": "2026-11-29", "code": "x"}}
    page.evaluate("kept => localStorage.setItem('convbook exercises', JSON.stringify(kept))", kept)
    page.reload()
    expect(account).to_contain_text(re.compile(r"^1 of \d+ solved in this browser\."))
    expect(page.locator("li:has(.task-solved)")).to_have_text("Write a mirror (standard) Solved on 2026-11-29.")
    with page.expect_download() as saved:
        account.get_by_role("button", name="Export").click()
    assert json.loads(saved.value.path().read_text(encoding="utf-8")) == kept
    page.on("dialog", lambda dialog: dialog.accept())
    account.get_by_role("button", name="Delete").click()
    expect(account).to_contain_text("0 of ")
    assert page.evaluate("localStorage.getItem('convbook exercises')") is None
    page.get_by_role("link", name="Write a mirror").click()
    expect(page.locator("#ex-write-mirror")).to_be_in_viewport()


def test_hints_are_folds_that_need_no_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{CHAPTER}#ex-write-mirror")
    exercise = page.locator("#ex-write-mirror")
    assert exercise.locator(".hint > summary").all_text_contents() == ["Hint 1 of 2", "Hint 2 of 2"]
    first = exercise.locator(".hint").first
    first.locator("summary").click()
    expect(first).to_contain_text("do the first two values come")
    context.close()


def test_axe_finds_nothing_in_an_exercise_that_is_checked(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    check(page, "not [3, 2, 1, 2, 3, 5, 3, 2].")
    page.locator("#ex-write-mirror .hint > summary").first.click()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        wrong, right = seen_by_axe(page, "#ex-write-mirror")
        assert wrong == []
        assert right
