"""Explorers, as a reader uses them: by mouse, by keyboard alone, with a pasted list, by a link, and without scripts."""

import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from built_site import SITE, explorers
from chromium import AXE, WATCH
from explorers import KINDS, Use, use
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

EXPLORERS = explorers()
WITHOUT = "appendices/glossary.html"
USES: dict[str, Use] = {kind: use(kind).USE for kind in EXPLORERS}
#: What the element itself does for all kinds is tried with fields for a number, a list, a table and a longer text.
SOME = ["padding", "window", "kernel", "pixel"]
LAPTOP = {"width": 1000, "height": 900}
PASTE = """(input, text) => {
    const data = new DataTransfer();
    data.setData("text", text);
    input.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window whose clipboard can be read."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], viewport=LAPTOP)
    context.set_default_timeout(60_000)
    context.add_init_script(WATCH)
    yield context
    context.close()


@contextmanager
def watched(context: BrowserContext, site: str) -> Iterator[Page]:
    """Open a tab, in which no error, no request to another host and no violation may be seen."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((site, "data:")) else said.append(r.url))
    page.on("response", lambda r: said.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    yield page
    violations = page.evaluate("window.violations")
    page.close()
    assert said == []
    assert violations == []


@pytest.fixture
def page(context: BrowserContext, site: str) -> Iterator[Page]:
    """Open a tab for one test."""
    with watched(context, site) as page:
        yield page


class Opened(NamedTuple):
    """An explorer that was opened by keyboard on a phone's width, and what was seen then."""

    page: Page
    explorer: Locator
    kind: str
    use: Use
    fetched_before: set[str]
    fetched: set[str]
    moved: list[float]
    animations: int


@pytest.fixture(scope="module")
def opened_once(context: BrowserContext, site: str, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Open the page of a kind once for all tests that ask for it one after the other: its pages are long."""
    kind: str = request.param
    fetched: list[str] = []
    with watched(context, site) as page:
        page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2].partition("?")[0]))
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{site}{EXPLORERS[kind]}#explorer-{kind}", wait_until="networkidle")
        explorer = page.locator(f"conv-explorer[kind={kind}]")
        expect(explorer.locator(".explorer-open")).to_be_visible()  # a busy machine is idle before it has begun
        before = set(fetched)
        moved = [value for value, _ in page.evaluate("window.shifts")]
        explorer.locator(".explorer-open").press("Enter")
        expect(explorer.locator(".explorer-picture svg")).to_be_visible()
        animations = explorer.evaluate("e => e.getAnimations({subtree: true}).length")
        page.set_viewport_size(LAPTOP)
        yield Opened(page, explorer, kind, USES[kind], before, set(fetched), moved, animations)


@pytest.fixture
def opened(opened_once: Opened) -> Opened:
    """Give an explorer in its first setting, with nothing to undo."""
    undo = opened_once.explorer.get_by_role("button", name="Undo")
    while undo.get_attribute("aria-disabled") == "false":
        undo.click()
    return opened_once


def once(kinds: Iterable[str]) -> pytest.MarkDecorator:
    opened = [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in kinds]
    return pytest.mark.parametrize("opened_once", opened, indirect=True)


def unfolded(page: Page, site: str, kind: str) -> Locator:
    """Open a page and its explorer by mouse."""
    page.goto(f"{site}{EXPLORERS[kind]}")
    explorer = page.locator(f"conv-explorer[kind={kind}]")
    explorer.get_by_role("button", name="Try other numbers").click()
    expect(explorer.locator(".explorer-picture svg")).to_be_visible()
    return explorer


def sentence(explorer: Locator) -> Locator:
    return explorer.get_by_role("status")


def test_every_kind_is_on_a_page() -> None:
    assert set(EXPLORERS) == set(KINDS)


# Every kind, opened once ----------------------------------------------------------------------------------------
@once(EXPLORERS)
def test_nothing_of_a_kind_is_fetched_before_it_is_asked_for(opened: Opened) -> None:
    parts = {f"{opened.kind}.js", f"{opened.kind}-view.js"}
    assert "explorer.js" in opened.fetched_before
    assert not parts & opened.fetched_before
    assert parts <= opened.fetched


@once(EXPLORERS)
def test_nothing_moves_by_itself(opened: Opened) -> None:
    assert sum(opened.moved) <= 0.02
    assert opened.animations == 0


@once(EXPLORERS)
def test_an_explorer_works_by_mouse(opened: Opened) -> None:
    explorer, used = opened.explorer, opened.use
    first = str(sentence(explorer).text_content())
    explorer.get_by_label(used.label, exact=True).fill(used.typed)
    expect(sentence(explorer)).to_contain_text(used.says)
    place = int(explorer.locator(".place .value").inner_text().replace("−", "-"))
    explorer.locator(f".explorer-picture [data-place='{place + 1}']").first.click()
    expect(sentence(explorer)).to_contain_text(used.next_says)
    expect(explorer.locator(".explorer-picture svg")).to_have_attribute(
        "aria-label", str(sentence(explorer).text_content())
    )
    for _ in range(2):
        explorer.get_by_role("button", name="Undo").click()
    expect(sentence(explorer)).to_have_text(first)
    expect(explorer.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")


@once(EXPLORERS)
def test_an_explorer_works_by_keyboard_alone(opened: Opened) -> None:
    page, explorer, used = opened.page, opened.explorer, opened.use
    explorer.locator(".explorer-open").focus()
    first = str(sentence(explorer).text_content())

    def walk_to(wanted: Locator) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if wanted.evaluate("e => e === document.activeElement"):
                return
        raise AssertionError("the keyboard does not come there")

    walk_to(explorer.get_by_label(used.label, exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type(used.typed)
    expect(sentence(explorer)).to_contain_text(used.says)
    walk_to(explorer.get_by_role("slider"))
    page.keyboard.press("ArrowRight")
    expect(sentence(explorer)).to_contain_text(used.next_says)
    page.keyboard.press("Control+z")
    expect(sentence(explorer)).to_contain_text(used.says)
    page.keyboard.press("Control+z")
    expect(sentence(explorer)).to_have_text(first)
    walk_to(explorer.get_by_role("button", name="Copy link"))
    walk_to(explorer.locator("summary"))
    page.keyboard.press("Enter")
    expect(explorer.locator("pre")).to_be_visible()
    page.keyboard.press("Enter")
    expect(explorer.locator("pre")).to_be_hidden()


@once(EXPLORERS)
def test_a_wrong_number_is_told_and_changes_nothing(opened: Opened) -> None:
    explorer = opened.explorer
    first = str(sentence(explorer).text_content())
    field = explorer.get_by_label(opened.use.label, exact=True)
    before = field.input_value()
    field.fill("9999999")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(explorer.get_by_role("alert")).not_to_be_empty()
    expect(sentence(explorer)).to_have_text(first)
    # It stays, with the sentence, as long as it stands there: another field is used meanwhile.
    field.press("Tab")
    slider = explorer.get_by_role("slider")
    slider.press("ArrowRight" if slider.input_value() != slider.get_attribute("max") else "ArrowLeft")
    expect(explorer.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "false")
    expect(field).to_have_value("9999999")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(explorer.get_by_role("alert")).not_to_be_empty()
    field.fill(before)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(explorer.get_by_role("alert")).to_be_empty()
    field.fill("9999999")
    explorer.get_by_role("button", name="Undo").click()
    expect(field).to_have_value(before)
    expect(explorer.get_by_role("alert")).to_be_empty()
    expect(sentence(explorer)).to_have_text(first)


@once(EXPLORERS)
def test_print_shows_the_figure_and_nothing_of_the_explorer(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    expect(opened.explorer.locator("figure svg")).to_be_visible()
    expect(opened.explorer.locator(".explorer-place")).to_be_hidden()
    opened.page.emulate_media(media="screen")


# Fields of one type ---------------------------------------------------------------------------------------------
@once([kind for kind, used in USES.items() if used.choice])
def test_each_choice_is_in_the_address_and_is_undone_by_itself(opened: Opened) -> None:
    explorer = opened.explorer
    assert opened.use.choice
    label, *words = opened.use.choice
    field = explorer.get_by_role("combobox", name=label, exact=True)
    first = field.input_value()
    for word in words:
        field.select_option(word)
        assert f"={word.replace(' ', '%20')}" in opened.page.url
    for word in [words[0], first]:
        explorer.get_by_role("button", name="Undo").click()
        expect(field).to_have_value(word)
        assert f"={word.replace(' ', '%20')}" in opened.page.url


@once([kind for kind, used in USES.items() if used.pasted])
def test_a_list_is_pasted_from_a_spreadsheet(opened: Opened) -> None:
    page, explorer = opened.page, opened.explorer
    assert opened.use.pasted
    label, text, says = opened.use.pasted
    explorer.get_by_label(label, exact=True).evaluate(PASTE, text)
    expect(sentence(explorer)).to_contain_text(says)
    numbers = explorer.locator("fieldset", has=page.get_by_label(label, exact=True)).locator("input")
    count = len(text.split())
    expect(numbers).to_have_count(count)
    explorer.get_by_label(label, exact=True).evaluate(PASTE, "1, two, 3")
    expect(explorer.get_by_role("alert")).to_contain_text("“two” is not a number")
    expect(sentence(explorer)).to_contain_text(says)
    explorer.get_by_label(f"{label.partition('[')[0]}: add a ").first.click()
    assert numbers.count() > count


@once(EXPLORERS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_in_use_axe_finds_nothing_and_nothing_is_cut_off(opened: Opened, scheme: Any, width: int) -> None:
    page, explorer, used = opened.page, opened.explorer, opened.use
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740})
    explorer.get_by_label(used.label, exact=True).fill(used.typed)
    explorer.locator("details").evaluate("details => { details.open = true; }")
    expect(sentence(explorer)).to_contain_text(used.says)
    assert page.evaluate(WIDER) <= 0
    # The rest of a long page would take most of the time, and is looked at elsewhere.
    explorer.evaluate("explorer => explorer.closest('article').replaceChildren(explorer)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document.querySelector('conv-explorer'))")
    assert [(v["id"], [n["html"][:90] for n in v["nodes"]]) for v in found["violations"]] == []
    assert found["passes"]
    parts = explorer.locator(".explorer-panel").locator("button, input, select, summary")
    small = parts.evaluate_all("parts => parts.filter(e => e.offsetHeight < 24).map(e => e.outerHTML)")
    assert small == [], "a finger must hit it"


# What the element does for every kind ---------------------------------------------------------------------------
some_kinds = pytest.mark.parametrize("kind", SOME)


@some_kinds
def test_a_link_shows_the_setting_from_which_it_was_copied(page: Page, site: str, kind: str) -> None:
    explorer, used = unfolded(page, site, kind), USES[kind]
    explorer.get_by_label(used.label, exact=True).fill(used.typed)
    explorer.get_by_role("button", name="Copy link").click()
    expect(explorer.get_by_role("button", name="Copied")).to_be_visible()
    link = str(page.evaluate("navigator.clipboard.readText()"))
    assert link == page.url
    assert urlsplit(link).fragment.startswith(f"explorer-{kind}?")
    page.goto(f"{site}index.html")
    page.goto(link)
    expect(sentence(explorer)).to_contain_text(used.says)
    expect(explorer).to_be_in_viewport()
    # A wrong address is told, and shows the first setting.
    page.goto(f"{site}index.html")
    page.goto(f"{link.partition('?')[0]}?{used.number}=wrong")
    expect(explorer.get_by_role("alert")).to_contain_text("wrong")
    explorer.get_by_role("button", name="Reset").click()


@some_kinds
def test_the_code_is_copied_as_it_is_shown(page: Page, site: str, kind: str) -> None:
    explorer = unfolded(page, site, kind)
    explorer.get_by_text("As code").click()
    explorer.get_by_role("button", name="Copy code").click()
    expect(explorer.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == explorer.locator("pre").text_content()


@pytest.mark.parametrize("kind", ["four", "modes", "padding", "sizes", "window"])
def test_the_numbers_are_copied_as_a_program_writes_them(page: Page, site: str, kind: str) -> None:
    explorer = unfolded(page, site, kind)
    explorer.get_by_role("button", name="Copy numbers").click()
    expect(explorer.get_by_role("button", name="Copied")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert re.fullmatch(r"[a-z]+ = \[-?[\d.]+(, -?[\d.]+)*\]", copied)
    assert copied == explorer.locator(".explorer-lists").text_content()


def test_of_a_long_result_the_places_around_the_chosen_one_are_drawn(page: Page, site: str) -> None:
    explorer = unfolded(page, site, "modes")
    explorer.get_by_label("Signal N", exact=True).fill("100")
    explorer.get_by_label("Kernel K", exact=True).fill("11")
    expect(sentence(explorer)).to_contain_text("full[5 : 105]")
    explorer.get_by_role("slider").press("End")
    expect(sentence(explorer)).to_contain_text("Place 109 of full reads x[99] and is left out.")
    expect(explorer.locator("[data-place='109']").first).to_be_visible()
    expect(explorer.get_by_text("Drawn: places 90 to 109 of 110; the others are left out.")).to_be_visible()


def test_of_a_long_line_the_windows_around_the_chosen_one_are_drawn(page: Page, site: str) -> None:
    explorer = unfolded(page, site, "sizes")
    for label, number in (("Input n", 224), ("Taps k", 11), ("Stride s", 4)):
        explorer.get_by_label(label, exact=True).fill(str(number))
    for label in ("Cells before", "Cells after"):
        explorer.get_by_label(label, exact=True).fill("2")
    expect(sentence(explorer)).to_contain_text("outputs = ⌊(224 + 2 + 2 − 11) / 4⌋ + 1 = 55")
    explorer.get_by_role("slider").press("End")
    expect(sentence(explorer)).to_contain_text("Output 54 sees cells 214, 215,")
    expect(explorer.locator("[data-place='54']").first).to_be_visible()
    expect(explorer.get_by_text("of 55; the others are left out.")).to_be_visible()
    explorer.get_by_label("Stride s", exact=True).fill("224")
    expect(sentence(explorer)).to_contain_text("/ 224⌋ + 1 = 1")


@some_kinds
def test_without_scripts_the_figure_stands_alone(browser: Browser, site: str, kind: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{EXPLORERS[kind]}")
    explorer = page.locator(f"conv-explorer[kind={kind}]")
    expect(explorer.locator("figure svg")).to_be_visible()
    expect(explorer.locator("figcaption")).to_be_visible()
    assert explorer.locator("button").count() == 0
    assert explorer.locator(".explorer-place").evaluate("e => e.offsetHeight") == 0
    context.close()


def test_a_page_without_explorers_fetches_nothing_of_them(page: Page, site: str) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2].partition("?")[0]))
    page.goto(f"{site}{WITHOUT}", wait_until="networkidle")
    assert "explorer.js" not in fetched


def test_a_signal_is_drawn_with_one_stroke_which_is_one_step_to_undo(page: Page, site: str) -> None:
    explorer = unfolded(page, site, "drawn")
    first = str(sentence(explorer).text_content())
    explorer.locator(".explorer-picture").scroll_into_view_if_needed()
    boxes = [explorer.locator(f"[data-draw='{place}']").bounding_box() for place in (0, 3)]
    (left, low), (right, high) = [(b["x"] + b["width"] / 2, b["y"] + b["height"] * share)
                                  for b, share in zip(boxes, (0.5, 0.1), strict=True) if b]  # fmt: skip
    page.mouse.move(left, low)
    page.mouse.down()
    page.mouse.move(right, high, steps=20)
    page.mouse.up()
    # Within the first column the pointer has climbed from 5 to 5.7 before it leaves.
    expect(explorer.get_by_label("Signal x[0]", exact=True)).to_have_value("6")
    expect(explorer.get_by_label("Signal x[3]", exact=True)).to_have_value("9")
    expect(sentence(explorer)).to_have_text(re.compile(r"^y\[3\] = 9·0\.25 \+ "))
    assert "x=6," in page.url
    explorer.get_by_role("button", name="Undo").click()
    expect(sentence(explorer)).to_have_text(first)


def test_a_picture_is_chosen_or_comes_from_a_file_that_stays_in_the_browser(page: Page, site: str) -> None:
    explorer = unfolded(page, site, "pixel")
    picture = explorer.get_by_label("Picture, a row in each line")
    explorer.get_by_label("Picture of").select_option("digit")
    expect(picture).to_have_value(re.compile(r"^0 0 7 15 13 1 0 0\n0 8 "))
    white, red = bytes([255, 255, 255]), bytes([0, 0, 255])
    bitmap = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 70, 0, 0, 54, 40, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0)
    bitmap += 2 * (white + red + bytes(2))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2].partition("?")[0]))
    upload = explorer.get_by_label("Or a file")
    upload.set_input_files({"name": "mine.bmp", "mimeType": "image/bmp", "buffer": bitmap})
    expect(picture).to_have_value(re.compile(r"^(255 .* 76(\n|$)){12}"))  # red is 0.299 of white
    expect(explorer.get_by_label("Picture of")).to_have_value("own")
    upload.set_input_files({"name": "letter.txt", "mimeType": "image/bmp", "buffer": b"no picture"})
    expect(explorer.get_by_role("alert")).to_have_text("“letter.txt” is no picture that this browser can read.")
    fonts = {name for name in asked if name.endswith(".woff2")}  # of the parts below, which are laid out late
    assert set(asked) - fonts - {"favicon.svg"} == {"picture-file.js"}
    explorer.get_by_role("button", name="Undo").click()
    expect(explorer.get_by_label("Picture of")).to_have_value("digit")


def test_from_a_folder_an_explorer_works(browser: Browser) -> None:
    """A browser hands no module out there: they come joined in one script."""
    page = browser.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{SITE.as_uri()}/{EXPLORERS['window']}")
    explorer = page.locator("conv-explorer[kind=window]")
    explorer.get_by_role("button", name="Try other numbers").click()
    used = USES["window"]
    explorer.get_by_label(used.label, exact=True).fill(used.typed)
    expect(sentence(explorer)).to_contain_text(used.says)
    assert said == []
    page.close()
