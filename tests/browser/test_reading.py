"""What a reader does on the site: copies, tabs, searches, prints, reads it offline or without scripts."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from built_site import SITE, pages
from chromium import WATCH
from playwright.sync_api import Browser, BrowserContext, Page, expect

# Chromium gives a page in a file no other file, where a server gives it what it asks for: a font sooner than its
# style sheet names it, and the chapters whose excerpts the search shows. Neither is needed.
FROM_FILES = re.compile(r"Access to (font|fetch) at 'file:|net::ERR_FAILED|preload for 'file:|Failed to fetch")
CHAPTERS = [name for name, page in pages().items() if "cell_input" in page.source]
WITH_EXAMPLES = next(name for name, page in pages().items() if "highlight-pycon" in page.source)


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window whose clipboard can be read."""
    context = browser.new_context(reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"])
    context.add_init_script(WATCH)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open an empty tab, which must end without an error."""
    errors: list[str] = []
    page = context.new_page()
    page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    violations = page.evaluate("window.violations")
    offline = page.url.startswith("file:")
    page.close()
    assert [text for text in errors if not (offline and FROM_FILES.search(text))] == []
    assert not violations


def code(shown: str) -> str:
    """Take what a reader wants of a block: with prompts, the lines that have them; else everything."""
    lines = shown.rstrip("\n").split("\n")
    for prompts in ((">>> ", "... "), ("$ ",)):
        if any(line.startswith(prompts[0]) for line in lines):
            lines = [line[len(prompts[0]) :] for line in lines if line.startswith(prompts)]
    return "\n".join(lines)


@pytest.mark.parametrize("name", [*CHAPTERS, WITH_EXAMPLES])
def test_every_copy_button_puts_exactly_the_code_on_the_clipboard(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}{name}")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    buttons = page.locator("button.copybtn")
    expect(buttons.first).to_be_attached()
    for place in range(buttons.count()):
        button = buttons.nth(place)
        page.evaluate("navigator.clipboard.writeText('')")
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("navigator.clipboard.readText().then(text => text !== '')", timeout=3000)
        shown = button.evaluate("b => b.parentElement.querySelector('pre').textContent")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.rstrip() == code(shown).rstrip()


def test_a_copied_chapter_cell_runs_by_itself(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTERS[0]}")
    page.locator("button.copybtn").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("navigator.clipboard.readText().then(text => text !== '')", timeout=3000)
    compile(page.evaluate("navigator.clipboard.readText()"), "clipboard", "exec")


def test_the_keyboard_reaches_content_first_and_every_copy_button(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site}{CHAPTERS[-1]}")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate("document.activeElement.textContent.toLowerCase()")
    reached, wanted = set(), page.locator("button.copybtn, .copies-buttons button").count()
    for _ in range(1500):
        page.keyboard.press("Tab")
        where = page.evaluate(
            """() => { const e = document.activeElement;
                if (!e || e === document.body) return null;
                const buttons = [...document.querySelectorAll("button.copybtn, .copies-buttons button")];
                return [buttons.indexOf(e),
                        e.checkVisibility({opacityProperty: true, visibilityProperty: true})]; }"""
        )
        if where is None:
            break
        if where[0] >= 0:
            assert where[1], "a copy button that has the focus cannot be seen"
            reached.add(where[0])
    assert len(reached) == wanted


@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_into_a_long_page_leads_to_its_place(browser: Browser, site: str, scripts: bool) -> None:
    name = max(CHAPTERS, key=lambda name: len(pages()[name].source))
    place = [e.attributes["id"] for e in pages()[name].elements if e.attributes.get("id", "").startswith("ex-")][-1]
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 412, "height": 823})
    page = context.new_page()
    page.goto(f"{site}{name}#{place}")
    page.wait_for_timeout(500)
    assert 0 <= page.locator(f"#{place}").evaluate("place => place.getBoundingClientRect().top") <= 400
    context.close()


@pytest.mark.parametrize("name", CHAPTERS[:2])
def test_a_link_to_any_part_of_a_page_leads_to_its_heading(browser: Browser, site: str, name: str) -> None:
    """From elsewhere: parts above it are laid out afterwards, and are not as high as the build has guessed."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{site}{name}")
    places = [link.get_attribute("href") for link in page.locator(".toc-tree a").all()][1:]
    assert len(places) > 5
    for place in places[::5]:
        page.goto("about:blank")
        page.goto(f"{site}{name}{place}")
        page.wait_for_timeout(900)
        assert 0 <= page.locator(str(place)).evaluate("place => place.getBoundingClientRect().top") <= 130, place
    context.close()


def test_a_sound_plays_without_a_script_from_a_file_of_the_site(browser: Browser, site: str) -> None:
    name, _ = next((name, p) for name, p in pages().items() if any(e.tag == "audio" for e in p.elements))
    page = browser.new_context(java_script_enabled=False).new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{site}{name}", wait_until="networkidle")
    assert not [url for url in fetched if url.endswith(".wav")], "nothing is fetched before it is played"
    player = page.locator("audio").first
    player.evaluate("async player => { player.muted = true; await player.play(); }")
    assert player.evaluate("player => [player.error, player.duration > 0.5]") == [None, True]
    page.context.close()


def test_the_theme_can_be_changed_and_is_kept(page: Page, site: str) -> None:
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site}index.html")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    toggle = page.locator("button.theme-toggle").locator("visible=true").first
    for _ in range(3):
        toggle.click()
        if page.evaluate(background) != light:
            break
    dark = page.evaluate(background)
    assert dark != light
    page.goto(f"{site}{CHAPTERS[0]}")
    assert page.evaluate(background) == dark


def test_the_table_of_contents_says_what_is_read(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site}{CHAPTERS[0]}")
    links = page.locator(".toc-tree a")
    current = page.locator(".toc-tree li.scroll-current > a")
    expect(current).to_have_count(0)  # above the first section
    for at in (links.count() // 2, links.count() - 8, 2):  # down and up, over parts that are not laid out before
        place = links.nth(at).get_attribute("href")
        links.nth(at).click()
        expect(current).to_have_attribute("href", str(place))
        expect(current).to_be_in_viewport()
    page.mouse.move(640, 300)
    for _ in range(3):  # what is laid out on the way moves the end
        page.mouse.wheel(0, 100_000)
        page.wait_for_timeout(300)
    expect(current).to_have_text(links.last.inner_text())


def test_the_way_back_to_the_top_is_offered_to_those_who_scroll_up(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTERS[0]}")
    button = page.locator(".back-to-top")
    expect(button).to_be_hidden()
    page.mouse.move(640, 300)
    for wheel, offered in ((2000, False), (-300, True), (300, False), (-300, True)):
        page.mouse.wheel(0, wheel)
        page.wait_for_timeout(300)  # each turn is an event of its own
        expect(button).to_be_visible() if offered else expect(button).to_be_hidden()
    page.mouse.wheel(0, -5000)
    expect(button).to_be_hidden()


def found(page: Page) -> list[str]:
    """Read the addresses of what a search has found."""
    page.locator("#search-results ul.search li a").first.wait_for(timeout=8000)
    page.wait_for_timeout(300)
    return [str(link.get_attribute("href")) for link in page.locator("#search-results ul.search li a").all()]


def test_the_search_finds_a_chapter_by_a_word_of_it(page: Page, site: str) -> None:
    page.goto(f"{site}index.html")
    box = page.locator("form.sidebar-search-container input[name=q]").first
    box.fill("correlation")
    box.press("Enter")
    page.wait_for_url("**/search.html?q=correlation*")
    assert any("operation/convolution-or-correlation.html" in link for link in found(page))


@pytest.mark.parametrize(("sought", "place"), [("conv2d", "api/convolution.html"), ("im2col", "api/windows.html")])
def test_the_search_finds_a_function_by_its_name_elsewhere(page: Page, site: str, sought: str, place: str) -> None:
    page.goto(f"{site}search.html?q={sought}")
    assert any(place in link for link in found(page))


@pytest.mark.parametrize("name", ["index.html", CHAPTERS[0], CHAPTERS[-1], WITH_EXAMPLES])
def test_a_page_can_be_read_with_scripts_off(browser: Browser, site: str, name: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{name}")
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator("main p").locator("visible=true").first).to_be_visible()
    expect(page.get_by_role("navigation").first).to_be_attached()
    if page.locator(".katex-html").count():
        expect(page.locator(".katex-html").locator("visible=true").first).to_be_visible()
    for figure in page.locator("figure svg, figure img").all():
        box = figure.bounding_box()
        assert box is None or box["width"] > 50  # None: folded
    # No control is left that would do nothing.
    assert page.locator("button.copybtn").count() == 0
    context.close()


@pytest.mark.parametrize("name", ["index.html", CHAPTERS[-1], WITH_EXAMPLES])
def test_the_site_can_be_read_from_files(page: Page, name: str) -> None:
    page.goto(f"file://{quote(str(SITE / name))}")
    expect(page.locator("h1").first).to_be_visible()
    assert page.evaluate("document.styleSheets.length > 0")
    page.evaluate("document.fonts.ready.then(() => null)")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').length")
    assert loaded > 0, "no font of the site was loaded"
    link = page.locator("main a.reference.internal").locator("visible=true").first
    if link.count():
        link.click()
        assert page.url.startswith("file://")
        expect(page.locator("h1").first).to_be_visible()


@pytest.mark.parametrize("name", ["index.html", *CHAPTERS[::4]])
def test_a_first_page_waits_for_the_letters_that_it_shows_and_hardly_more(
    browser: Browser, site: str, name: str
) -> None:
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    page.goto(f"{site}{name}", wait_until="networkidle")
    asked = "performance.getEntriesByType('resource').map(r => r.name).filter(n => n.endsWith('.woff2'))"
    faces = [SITE / "_static" / face.partition("/_static/")[2] for face in page.evaluate(asked)]
    context.close()
    assert {"inter-latin-wght-normal-letters", "source-serif-4-latin-wght-normal-letters"} <= {f.stem for f in faces}
    # The four faces of the text, and of formulas those of letters and of signs that grow.
    assert sum(face.stat().st_size for face in faces) <= 115_000, [face.stem for face in faces]


def test_the_search_works_from_files(page: Page) -> None:
    page.goto(f"file://{quote(str(SITE / 'search.html'))}?q=correlation")
    assert any("convolution-or-correlation" in link for link in found(page))


@pytest.mark.parametrize("address", ["no-such-page", "no/such/page.html"])
def test_a_wrong_address_shows_a_page_of_the_site_at_any_depth(
    browser: Browser, site_in_place: str, address: str
) -> None:
    page = browser.new_page()
    failed: list[str] = []
    page.on("response", lambda r: failed.append(r.url) if r.status >= 400 else None)
    page.goto(f"{site_in_place}{address}")
    expect(page.locator("h1").first).to_be_visible()
    assert page.evaluate("document.styleSheets.length > 0")
    page.locator("main a.reference").locator("visible=true").first.click(timeout=3000)
    assert failed == [f"{site_in_place}{address}"]
    page.close()


@pytest.mark.parametrize("name", CHAPTERS)
def test_solutions_are_folded_on_screen_and_printed(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}{name}")
    solutions = page.locator("details.solution")
    for place in range(solutions.count()):
        assert not solutions.nth(place).evaluate("d => d.open")
    page.emulate_media(media="print")
    heights = "[...document.querySelectorAll('details.solution')].map(d => d.getBoundingClientRect().height)"
    assert all(height > 40 for height in page.evaluate(heights))
