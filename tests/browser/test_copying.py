"""What a reader does to copy code: presses a button, opens a fold, follows a link, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from built_site import SITE, pages
from chromium import AXE, COME_NEAR, WATCH
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

WITH_COPIES = [name for name, page in pages().items() if 'class="copies"' in page.source]
CHAPTER, FUNCTIONS, COOKBOOK = "pictures/padding.html", "api/convolution.html", "appendices/cookbook.html"
SOME = [CHAPTER, FUNCTIONS, COOKBOOK]
STATUS = "p[role=status].visually-hidden"
BUTTONS = ".copies-buttons button"
CLIPBOARD_ALLOWED = ["clipboard-read", "clipboard-write"]
PATIENCE = 90_000  # milliseconds
expect.set_options(timeout=PATIENCE / 3)
#: Waits for a text.
CLIPBOARD = """async () => {
    for (let tries = 0; tries < 36000; tries++) {
        const text = await navigator.clipboard.readText();
        if (text) return text;
        await new Promise(resolve => setTimeout(resolve, 5));
    }
}"""

#: Presses buttons in turn; gives their names and what they put on the clipboard.
PRESSED = f"""async buttons => {{
    const found = [];
    for (const button of buttons) {{
        await navigator.clipboard.writeText('');
        button.click();
        found.push([button.getAttribute('aria-label'), await ({CLIPBOARD})()]);
    }}
    return found;
}}"""
#: Of this many cells of a page the code as shown is copied, too, by keyboard.
BY_KEY = 4


def window(browser: Browser, **options: Any) -> BrowserContext:
    """Open a window that waits for a busy machine."""
    context = browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window whose clipboard can be read."""
    context = window(browser, permissions=CLIPBOARD_ALLOWED)
    context.add_init_script(WATCH)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open an empty tab, in which the policy must not be violated."""
    page = context.new_page()
    yield page
    assert not page.evaluate("window.violations")
    page.close()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def copied(page: Page, button: Locator) -> str:
    """Press a button by keyboard; return what it has put on the clipboard."""
    page.evaluate("navigator.clipboard.writeText('')")
    button.focus()
    page.keyboard.press("Enter")
    return str(page.evaluate(CLIPBOARD))


def files(copies: Locator, links: str, name: str) -> list[str]:
    """Read the files to which links of a fold lead."""
    hrefs = copies.evaluate(f"copies => [...copies.querySelectorAll('{links}')].map(a => a.getAttribute('href'))")
    return [(SITE / name).parent.joinpath(href).read_bytes().decode() for href in hrefs]


def copies_and_files(page: Page, name: str) -> Iterator[tuple[str, str, str]]:
    """Press the buttons of a page; give the name of each, what it copies, and the file that has the same."""
    unfold(page)
    folds = page.locator(".copies")
    expect(folds.first).to_be_attached()
    for place in range(folds.count()):
        copies = folds.nth(place)
        pressed = copies.locator(BUTTONS).evaluate_all(PRESSED)
        for (label, copy), file in zip(pressed, files(copies, ".copies-head > a", name), strict=True):
            yield label, copy, file
        # A paste into a terminal must not run at once: the code as shown comes without its last end of a line.
        for file in files(copies, ".copies-note a", name) if place < BY_KEY else ():
            shown = copies.locator("xpath=ancestor::div[contains(@class, 'cell ')]").locator("button.copybtn")
            yield "as shown", copied(page, shown) + "\n", file


# The buttons --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", WITH_COPIES)
def test_every_copy_is_its_file_byte_by_byte(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}{name}")
    seen = 0
    for label, copy, file in copies_and_files(page, name):
        assert copy == file, label
        seen += 1
    assert seen >= pages()[name].source.count('class="copies"')


@pytest.mark.parametrize("name", SOME)
def test_the_buttons_work_from_files(page: Page, name: str) -> None:
    page.goto(f"file://{quote(str(SITE / name))}")
    assert all(copy == file for _, copy, file in copies_and_files(page, name))


def test_a_copy_that_differs_from_its_file_would_be_noticed(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    page.evaluate("document.querySelector('.copies-form pre').append('# more')")
    label, copy, file = next(copies_and_files(page, CHAPTER))
    assert label.startswith("Copy ")
    assert copy == f"{file}# more"


@pytest.mark.parametrize("name", SOME)
def test_a_copy_is_shown_for_a_moment_and_announced(browser: Browser, site: str, name: str) -> None:
    context = window(browser, permissions=CLIPBOARD_ALLOWED)  # its clock stands still, for all of its pages
    page = context.new_page()
    page.clock.install(time=0)
    page.goto(f"{site}{name}")
    page.clock.pause_at(60_000)
    button = page.locator(BUTTONS).locator("visible=true").first
    label, words = str(button.get_attribute("aria-label")), str(button.text_content())
    button.press("Enter")
    expect(button).to_have_text("Copied")
    page.clock.run_for(100)
    expect(page.locator(STATUS)).to_have_text(label.replace("Copy ", "Copied: "))
    page.clock.run_for(2000)
    expect(button).to_have_text(words)
    assert button.get_attribute("aria-label") == label
    context.close()


def test_the_copy_of_a_cell_as_shown_is_announced_too(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    copied(page, page.locator("button.copybtn").locator("visible=true").first)
    expect(page.locator(STATUS)).to_have_text("Copied: the code as shown")


def test_where_the_clipboard_is_closed_the_code_is_shown_and_selected(browser: Browser, site: str) -> None:
    context = window(browser)
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page = context.new_page()
    page.goto(f"{site}{CHAPTER}")
    copies = page.locator(".copies").locator("visible=true").first
    assert not copies.locator("details").evaluate("d => d.open")
    copies.locator(".copies-buttons button").first.press("Enter")
    expect(copies.locator(".copies-buttons button").first).to_have_text("Selected")
    code = copies.locator("pre").first
    expect(code).to_be_in_viewport()
    assert page.evaluate("String(getSelection())").strip() == str(code.text_content()).strip()
    expect(page.locator(STATUS)).to_contain_text("The code is selected")
    context.close()


# Where they are -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [*SOME, "layers/channels.html"])
def test_on_a_phone_the_buttons_are_seen_and_cover_nothing(browser: Browser, site: str, name: str) -> None:
    context = window(browser, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(f"{site}{name}")
    unfold(page)
    page.evaluate(COME_NEAR)  # what is not laid out is not found below a finger
    found: list[dict[str, Any]] = page.evaluate(
        """() => [...document.querySelectorAll(".copies-buttons button")].map(button => {
            button.scrollIntoView({block: "center"});
            const now = button.getBoundingClientRect();
            const top = document.elementFromPoint((now.left + now.right) / 2, (now.top + now.bottom) / 2);
            const apart = other => {
                const o = other.getBoundingClientRect();
                return now.left >= o.right || o.left >= now.right || now.top >= o.bottom || o.top >= now.bottom;
            };
            const around = [...(button.closest(".cell, dd").querySelectorAll(
                ".highlight, summary, a, .cell-checked, .cell_output, button"))].filter(e => e !== button);
            return {label: button.ariaLabel, left: now.left, right: now.right, height: now.height,
                    reached: button.contains(top), seen: button.checkVisibility({opacityProperty: true}),
                    covers: around.filter(e => !apart(e)).map(e => e.outerHTML.slice(0, 80))};
        })"""
    )
    assert found
    for button in found:
        assert button["reached"], button
        assert button["seen"], button
        assert button["left"] >= 0, button
        assert button["right"] <= 360, button
        assert button["height"] >= 24, button
        assert button["covers"] == [], button
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SOME)
def test_axe_finds_nothing_while_folds_are_closed_and_buttons_are_seen(
    page: Page, site: str, name: str, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site}{name}")
    page.add_style_tag(content=".copies-buttons { opacity: 1 !important; }")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.locator(BUTTONS).first.press("Enter")
    found = page.evaluate(
        "axe.run({include: [['.copies'], ['.recipe-filter']].filter(s => document.querySelector(s))})"
    )
    assert [violation["id"] for violation in found["violations"]] == []
    assert found["passes"]


# Without scripts ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", SOME)
def test_without_scripts_a_fold_opens_and_its_links_give_the_files(browser: Browser, site: str, name: str) -> None:
    context = window(browser, java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{site}{name}")
    copies = page.locator(".copies").locator("visible=true").first
    code = copies.locator("pre").first
    expect(code).to_be_hidden()
    copies.locator("summary").press("Enter")
    expect(code).to_be_visible()
    with page.expect_download() as download:
        copies.locator("a").first.click()
    assert Path(download.value.path()).read_bytes().decode() == code.text_content()
    assert page.locator(BUTTONS).count() == 0
    assert page.locator(".recipe-filter").locator("visible=true").count() == 0
    context.close()


# The cookbook -------------------------------------------------------------------------------------------------
def test_the_box_of_the_cookbook_leaves_the_recipes_with_all_of_the_words(page: Page, site: str) -> None:
    page.goto(f"{site}{COOKBOOK}")
    recipes, box = page.locator("section.recipe-entry"), page.get_by_role("searchbox", name="Only recipes with")
    total = recipes.count()
    box.fill("output size")
    left = recipes.locator("visible=true")
    assert 0 < left.count() < total / 2
    assert any("The size of an output" in str(recipe.text_content()) for recipe in left.all())
    expect(page.locator(".recipe-filter [role=status]")).to_have_text(f"{left.count()} of {total}")
    for task in page.locator("main section:has(> .recipe-entry)").locator("visible=true").all():
        assert task.locator(".recipe-entry").locator("visible=true").count()
    box.fill("nothing has these words")
    assert left.count() == 0
    box.fill("")
    assert left.count() == total


@pytest.mark.parametrize("task", ["blur", "im2col", "pattern", "size", "learning rate"])
def test_the_words_that_readers_look_for_find_a_recipe(page: Page, site: str, task: str) -> None:
    page.goto(f"{site}{COOKBOOK}")
    page.get_by_role("searchbox", name="Only recipes with").fill(task)
    assert page.locator("section.recipe-entry").locator("visible=true").count()
