"""Explorers, as a reader uses them: by mouse, by keyboard alone, with a pasted list, by a link, and without scripts."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from built_site import SITE, explorers
from chromium import AXE, WATCH
from explorers import KINDS, use
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

EXPLORERS = explorers()
WITHOUT = "appendices/glossary.html"
every_kind = pytest.mark.parametrize("kind", EXPLORERS)
USES = {kind: use(kind).USE for kind in EXPLORERS}
PASTE = """(input, text) => {
    const data = new DataTransfer();
    data.setData("text", text);
    input.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window whose clipboard can be read."""
    context = browser.new_context(
        permissions=["clipboard-read", "clipboard-write"], viewport={"width": 1000, "height": 900}
    )
    context.set_default_timeout(60_000)
    context.add_init_script(WATCH)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, site: str) -> Iterator[Page]:
    """Open a tab, in which no error, no request to another host and no violation may be seen."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((site, "data:")) else said.append(r.url))
    page.on("response", lambda r: said.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    yield page
    assert said == []
    assert page.evaluate("window.violations") == []


def of(kind: str) -> tuple[str, str, str, str]:
    use = USES[kind]
    return use.label, use.typed, use.says, use.next_says


def unfolded(page: Page, site: str, kind: str) -> Locator:
    """Open a page and its explorer."""
    page.goto(f"{site}{EXPLORERS[kind]}")
    explorer = page.locator(f"conv-explorer[kind={kind}]")
    explorer.get_by_role("button", name="Try other numbers").click()
    expect(explorer.locator(".explorer-picture svg")).to_be_visible()
    return explorer


def sentence(explorer: Locator) -> Locator:
    return explorer.get_by_role("status")


def test_every_kind_is_on_a_page() -> None:
    assert set(EXPLORERS) == set(KINDS)


@every_kind
def test_an_explorer_works_by_mouse(page: Page, site: str, kind: str) -> None:
    explorer = unfolded(page, site, kind)
    first = str(sentence(explorer).text_content())
    label, text, says, other = of(kind)
    explorer.get_by_label(label, exact=True).fill(text)
    expect(sentence(explorer)).to_contain_text(says)
    place = int(explorer.locator(".place .value").inner_text().replace("−", "-"))
    explorer.locator(f".explorer-picture [data-place='{place + 1}']").first.click()
    expect(sentence(explorer)).to_contain_text(other)
    expect(explorer.locator(".explorer-picture svg")).to_have_attribute(
        "aria-label", str(sentence(explorer).text_content())
    )
    for _ in range(2):
        explorer.get_by_role("button", name="Undo").click()
    expect(sentence(explorer)).to_have_text(first)
    expect(explorer.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")


@every_kind
def test_an_explorer_works_by_keyboard_alone(page: Page, site: str, kind: str) -> None:
    page.goto(f"{site}{EXPLORERS[kind]}")
    explorer = page.locator(f"conv-explorer[kind={kind}]")
    explorer.locator(".explorer-open").focus()
    page.keyboard.press("Enter")
    expect(explorer.locator(".explorer-picture svg")).to_be_visible()
    first = str(sentence(explorer).text_content())
    label, text, says, other = of(kind)

    def walk_to(wanted: Locator) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if wanted.evaluate("e => e === document.activeElement"):
                return
        raise AssertionError("the keyboard does not come there")

    walk_to(explorer.get_by_label(label, exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    expect(sentence(explorer)).to_contain_text(says)
    walk_to(explorer.get_by_role("slider"))
    page.keyboard.press("ArrowRight")
    expect(sentence(explorer)).to_contain_text(other)
    page.keyboard.press("Control+z")
    expect(sentence(explorer)).to_contain_text(says)
    page.keyboard.press("Control+z")
    expect(sentence(explorer)).to_have_text(first)
    walk_to(explorer.get_by_role("button", name="Copy link"))
    walk_to(explorer.locator("summary"))
    page.keyboard.press("Enter")
    expect(explorer.locator("pre")).to_be_visible()


@pytest.mark.parametrize("kind", [kind for kind, use in USES.items() if use.choice])
def test_each_choice_is_in_the_address_and_is_undone_by_itself(page: Page, site: str, kind: str) -> None:
    label, *words = USES[kind].choice
    explorer = unfolded(page, site, kind)
    field = explorer.get_by_role("combobox", name=label, exact=True)
    first = field.input_value()
    for word in words:
        field.select_option(word)
        assert f"={word.replace(' ', '%20')}" in page.url
    for word in [words[0], first]:
        explorer.get_by_role("button", name="Undo").click()
        expect(field).to_have_value(word)
        assert f"={word.replace(' ', '%20')}" in page.url


@pytest.mark.parametrize("kind", [kind for kind, use in USES.items() if use.pasted])
def test_a_list_is_pasted_from_a_spreadsheet(page: Page, site: str, kind: str) -> None:
    explorer = unfolded(page, site, kind)
    label, text, says = USES[kind].pasted
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


@every_kind
def test_a_wrong_number_is_told_and_changes_nothing(page: Page, site: str, kind: str) -> None:
    explorer = unfolded(page, site, kind)
    first = str(sentence(explorer).text_content())
    field = explorer.get_by_label(USES[kind].label, exact=True)
    before = field.input_value()
    field.fill("9999999")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(explorer.get_by_role("alert")).not_to_be_empty()
    expect(sentence(explorer)).to_have_text(first)
    field.press("Tab")
    expect(field).to_have_value(before)


@every_kind
def test_a_link_shows_the_setting_from_which_it_was_copied(page: Page, site: str, kind: str) -> None:
    explorer = unfolded(page, site, kind)
    label, text, says, _ = of(kind)
    explorer.get_by_label(label, exact=True).fill(text)
    explorer.get_by_role("button", name="Copy link").click()
    expect(explorer.get_by_role("button", name="Copied")).to_be_visible()
    link = str(page.evaluate("navigator.clipboard.readText()"))
    assert link == page.url
    assert urlsplit(link).fragment.startswith(f"explorer-{kind}?")
    page.goto(f"{site}index.html")
    page.goto(link)
    expect(sentence(explorer)).to_contain_text(says)
    expect(explorer).to_be_in_viewport()
    # A wrong address is told, and shows the first setting.
    page.goto(f"{site}index.html")
    page.goto(f"{link.partition('?')[0]}?{USES[kind].number}=wrong")
    expect(explorer.get_by_role("alert")).to_contain_text("wrong")
    explorer.get_by_role("button", name="Reset").click()


@every_kind
def test_the_code_is_copied_as_it_is_shown(page: Page, site: str, kind: str) -> None:
    explorer = unfolded(page, site, kind)
    explorer.get_by_text("As code").click()
    explorer.get_by_role("button", name="Copy code").click()
    expect(explorer.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == explorer.locator("pre").text_content()


@every_kind
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_in_use_axe_finds_nothing_and_nothing_is_cut_off(
    page: Page, site: str, kind: str, scheme: Any, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740})
    explorer = unfolded(page, site, kind)
    label, text, says, _ = of(kind)
    explorer.get_by_label(label, exact=True).fill(text)
    explorer.get_by_text("As code").click()
    expect(sentence(explorer)).to_contain_text(says)
    assert page.evaluate(WIDER) <= 0
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document.querySelector('conv-explorer'))")
    assert [(v["id"], [n["html"][:90] for n in v["nodes"]]) for v in found["violations"]] == []
    assert found["passes"]
    parts = explorer.locator(".explorer-panel").locator("button, input, select, summary")
    small = parts.evaluate_all("parts => parts.filter(e => e.offsetHeight < 24).map(e => e.outerHTML)")
    assert small == [], "a finger must hit it"


@every_kind
@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_moves_by_itself(page: Page, site: str, kind: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(f"{site}{EXPLORERS[kind]}#explorer-{kind}")
    button = page.locator(f"conv-explorer[kind={kind}] .explorer-open")
    expect(button).to_be_visible()
    page.evaluate("document.fonts.ready.then(() => null)")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert sum(value for value, _ in page.evaluate("window.shifts")) <= 0.02
    button.click()
    expect(page.locator(f"conv-explorer[kind={kind}] .explorer-picture svg")).to_be_visible()
    assert page.locator("conv-explorer").evaluate("e => e.getAnimations({subtree: true}).length") == 0
    assert sum(value for value, _ in page.evaluate("window.shifts")) <= 0.02


@every_kind
def test_without_scripts_and_on_paper_the_figure_stands_alone(browser: Browser, site: str, kind: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{EXPLORERS[kind]}")
    explorer = page.locator(f"conv-explorer[kind={kind}]")
    expect(explorer.locator("figure svg")).to_be_visible()
    expect(explorer.locator("figcaption")).to_be_visible()
    assert explorer.locator("button").count() == 0
    assert explorer.locator(".explorer-place").evaluate("e => e.offsetHeight") == 0
    context.close()
    context = browser.new_context()
    page = context.new_page()
    explorer = unfolded(page, site, kind)
    page.emulate_media(media="print")
    expect(explorer.locator("figure svg")).to_be_visible()
    expect(explorer.locator(".explorer-place")).to_be_hidden()
    context.close()


@every_kind
def test_nothing_of_a_kind_is_fetched_before_it_is_asked_for(page: Page, site: str, kind: str) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2].partition("?")[0]))
    page.goto(f"{site}{WITHOUT}", wait_until="networkidle")
    assert "explorer.js" not in fetched
    page.goto(f"{site}{EXPLORERS[kind]}", wait_until="networkidle")
    assert "explorer.js" in fetched
    assert not {f"{kind}.js", f"{kind}-view.js"} & set(fetched)
    page.locator(f"conv-explorer[kind={kind}] .explorer-open").click()
    expect(page.locator(f"conv-explorer[kind={kind}] .explorer-picture svg")).to_be_visible()
    assert {f"{kind}.js", f"{kind}-view.js"} <= set(fetched)


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


def test_from_a_folder_an_explorer_works(browser: Browser) -> None:
    """A browser hands no module out there: they come joined in one script."""
    page = browser.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{SITE.as_uri()}/{EXPLORERS['window']}")
    explorer = page.locator("conv-explorer[kind=window]")
    explorer.get_by_role("button", name="Try other numbers").click()
    label, text, says, _ = of("window")
    explorer.get_by_label(label, exact=True).fill(text)
    expect(sentence(explorer)).to_contain_text(says)
    assert said == []
    page.close()
