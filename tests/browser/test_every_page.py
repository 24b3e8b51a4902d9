"""Every page of the site, in Chromium: visited once, looked at in light, dark, narrow and print."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from built_site import pages
from chromium import AXE, COME_NEAR, WATCH
from playwright.sync_api import Browser, Page, Request, Response

# The page for wrong addresses begins at the root of its host: it is visited in test_features.
NAMES = [name for name in pages() if name != "404.html"]
SHIFT = 0.02  # the sum over a phone and a laptop; above 0.1 a page counts as restless
#: A face for formulas that stand farther down is used when they are laid out: how soon, the machine decides.
LATE = re.compile(r"/katex/fonts/\S+ was preloaded using link preload but not used within a few seconds")
#: A process that visits a page answers all that is asked of it.
every_page = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES]
)

# Colors take nearly all of the time, and a word of code has the same color in every block: ten blocks a page are looked
# at for their colors, and nothing of the formulas, which have the color of the text around them.
RUN_AXE = """async colors => {
    [...document.querySelectorAll(".highlight")].slice(10).forEach(e => e.classList.add("like-the-others"));
    const rules = ["color-contrast", "link-in-text-block"];
    const found = colors
        ? await axe.run({exclude: [[".like-the-others"], [".katex"]]}, {runOnly: rules, resultTypes: ["violations"]})
        : await axe.run(document, {
            rules: Object.fromEntries(rules.map(rule => [rule, {enabled: false}])), resultTypes: ["violations"]});
    return found.violations.map(v => `${v.id} (${v.help}): ` +
        v.nodes.slice(0, 4).map(n => `${n.target.join(" ")} | ${(n.failureSummary || "").split("\\n")[1] || ""}`)
            .join("; "));
}"""
WIDER = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const reaches = e => e.getBoundingClientRect().right > width + 0.5 && !e.closest(".katex-mathml");
    return [`the page is ${document.documentElement.scrollWidth} px wide`].concat(
        [...document.querySelectorAll("main *, header *, footer *")].filter(reaches)
            .slice(0, 5).map(e => `${e.tagName}.${e.className} ${e.textContent.slice(0, 30)}`));
}"""
# Boxes that scroll become stops for the keyboard when they have been laid out.
REACHED = """() => {
    const scrolls = box => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    return [...document.querySelectorAll(".math-scroll, .table-wrapper, .highlight pre, .cell_output .output, .sig")]
        .every(box => box.tabIndex === 0 || !scrolls(box));
}"""
PRINTED = """() => {
    const shows = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
        e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().height > 0;
    const unprinted = "button, nav, input, .headerlink, .back-to-top, .sidebar-drawer, .toc-drawer, " +
        ".copies, .copies-note";
    return [...document.querySelectorAll(unprinted)]
        .filter(shows).map(e => `${e.tagName}.${e.className}`);
}"""
BUTTONS = """() => [...document.querySelectorAll("button.copybtn")]
    .map(b => [Boolean(b.closest(".cell_output")), Boolean(b.parentElement.querySelector("pre")), b.tabIndex,
               b.getAttribute("aria-label") || b.textContent.trim(), b.parentElement.parentElement.className])"""
CODE = ".cell_input > [class*=highlight-] pre, .highlight-python pre, .highlight-pycon pre"
CELLS = f"""() => [...document.querySelectorAll("{CODE}")]
    .filter(pre => !pre.parentElement.querySelector("button.copybtn")).map(pre => pre.textContent.slice(0, 60))"""


#: The height of each part, and the build's estimate, in pixels.
HEIGHTS = """() => [...document.querySelectorAll("article [style*='--height']")].map(part =>
    [part.offsetHeight, 16 * parseFloat(part.style.getPropertyValue("--height")),
     part.id || part.firstElementChild.id])"""


@dataclass
class Visit:
    """What was seen on one page."""

    requests: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    shifts: list[tuple[float, str]] = field(default_factory=list)
    axe: dict[str, list[str]] = field(default_factory=dict)
    wider: list[str] = field(default_factory=list)
    heights: list[tuple[float, float, str]] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    buttons: list[list[Any]] = field(default_factory=list)
    cells_without: list[str] = field(default_factory=list)


def look(page: Page, address: str) -> Visit:
    """Visit a page and look at it in every way."""
    seen = Visit()

    def answered(response: Response) -> None:
        if response.status >= 400:
            seen.missing.append(f"{response.status} {response.url}")

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # this look went on before an answer came: the icon is asked for late
            seen.missing.append(f"{request.failure} {request.url}")

    listeners: dict[str, Callable[..., None]] = {
        "request": lambda request: seen.requests.append(request.url),
        "requestfailed": failed,
        "response": answered,
        "console": lambda m: seen.console.append(m.text) if m.type in ("error", "warning") else None,
        "pageerror": lambda error: seen.console.append(str(error)),
    }
    for event, listener in listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]
    page.emulate_media(media="screen", color_scheme="light", reduced_motion="reduce")
    for width, height in ((412, 823), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address, wait_until="load")
        page.evaluate("document.fonts.ready.then(() => null)")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        seen.shifts += page.evaluate("window.shifts")
    # What a reader comes to farther down, and may unfold, is looked at, too.
    page.evaluate(COME_NEAR)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_function(REACHED)
    page.evaluate(AXE.read_text(encoding="utf-8"))  # through the debugger, which no policy stops
    seen.axe["light"] = page.evaluate(RUN_AXE, False) + page.evaluate(RUN_AXE, True)
    page.emulate_media(color_scheme="dark")
    seen.axe["dark"] = page.evaluate(RUN_AXE, True)
    page.emulate_media(color_scheme="light")
    seen.buttons = page.evaluate(BUTTONS)
    seen.cells_without = page.evaluate(CELLS)
    page.set_viewport_size({"width": 360, "height": 740})
    seen.wider = page.evaluate(WIDER)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
    seen.heights = page.evaluate(HEIGHTS)
    page.emulate_media(media="print")
    seen.printed = page.evaluate(PRINTED)
    seen.violations = page.evaluate("window.violations")
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    return seen


@pytest.fixture(scope="module")
def visit(browser: Browser, site: str) -> Iterator[Callable[[str], Visit]]:
    """Visit each page once, however many tests ask about it."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page, seen = context.new_page(), {}

    def visited(name: str) -> Visit:
        if name not in seen:
            seen[name] = look(page, f"{site}{name}")
        return seen[name]

    yield visited
    context.close()


@every_page
def test_every_request_goes_to_the_host_of_the_page_and_is_answered(
    visit: Callable[[str], Visit], site: str, name: str
) -> None:
    seen = visit(name)
    assert seen.requests[0] == f"{site}{name}"
    assert [url for url in seen.requests if not url.startswith((site, "data:"))] == []
    assert seen.missing == []


@every_page
def test_the_console_is_silent(visit: Callable[[str], Visit], name: str) -> None:
    said = [text for text in visit(name).console if not LATE.search(text)]
    assert said == []


@every_page
def test_nothing_violates_the_policy(visit: Callable[[str], Visit], name: str) -> None:
    assert visit(name).violations == []


@every_page
def test_nothing_moves_while_the_page_and_its_fonts_come(visit: Callable[[str], Visit], name: str) -> None:
    shifts = visit(name).shifts
    assert sum(value for value, _ in shifts) <= SHIFT, shifts


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(visit: Callable[[str], Visit], name: str, scheme: str) -> None:
    assert visit(name).axe[scheme] == []


@every_page
def test_nothing_scrolls_sideways_at_360_pixels(visit: Callable[[str], Visit], name: str) -> None:
    assert visit(name).wider == []


@every_page
def test_the_estimated_height_of_each_part_is_near_its_height_on_a_phone(
    visit: Callable[[str], Visit], name: str
) -> None:
    wrong = [part for part in visit(name).heights if not 0.6 <= (part[0] + 64) / (part[1] + 64) <= 1.7]
    assert wrong == []


@every_page
def test_no_button_and_no_navigation_is_printed(visit: Callable[[str], Visit], name: str) -> None:
    assert visit(name).printed == []


@every_page
def test_copy_buttons_are_on_inputs_only_and_have_names_and_can_be_reached(
    visit: Callable[[str], Visit], name: str
) -> None:
    seen = visit(name)
    assert seen.cells_without == []
    for in_output, has_code, tab_index, label, where in seen.buttons:
        assert not in_output, where
        assert has_code, where
        assert tab_index == 0, where
        assert label, where
