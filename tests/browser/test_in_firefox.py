"""The same in Firefox: every explorer, a prediction, an answer, a cell that runs; no error, no other host."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from built_site import SITE, explorers
from explorers import KINDS, use
from firefox import CONTROL, ENTER, FIREFOX, RIGHT, TAB, Firefox

EXPLORERS = explorers()
START = 60  # seconds until Python has come and run, on a busy machine
every_kind = pytest.mark.parametrize("kind", KINDS)
#: What is found on the page of a kind.
PART = "(kind, part) => document.querySelector(`conv-explorer[kind=${kind}] ${part}`)"
SAYS = f"(kind, text) => ({PART})(kind, '.explorer-sentence')?.textContent.includes(text)"
FIELD = """(kind, name) =>
    [...document.querySelectorAll(`conv-explorer[kind=${kind}] :is(input, select)`)].find(input =>
    [input.ariaLabel, input.closest("label")?.firstChild.textContent].includes(name))"""
NEXT = """kind => { const explorer = document.querySelector(`conv-explorer[kind=${kind}]`);
    const now = Number(explorer.querySelector(".place .value").textContent.replace("−", "-"));
    return explorer.querySelector(`.explorer-picture [data-place='${now + 1}']`); }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Firefox]:
    if not Path(FIREFOX).exists():
        pytest.exit("make test-firefox needs Firefox: apt-get install firefox-esr", returncode=2)
    with Firefox() as browser:
        yield browser


@pytest.fixture
def firefox(browser: Firefox) -> Iterator[Firefox]:
    """Give the browser; whatever it has to complain about fails the test."""
    browser.faults()
    yield browser
    assert browser.faults() == []


@every_kind
def test_an_explorer_works_by_mouse(firefox: Firefox, site: str, kind: str) -> None:
    used = use(kind).USE
    firefox.open(f"{site}{EXPLORERS[kind]}")
    firefox.until(f"kind => ({PART})(kind, '.explorer-open')", kind)
    firefox.click(PART, kind, ".explorer-open")
    firefox.until(f"kind => ({PART})(kind, '.explorer-picture svg')", kind)
    first = firefox.ask(f"kind => ({PART})(kind, '.explorer-sentence').textContent", kind)
    firefox.click(FIELD, kind, used.label)
    firefox.press(CONTROL + "a", *used.typed)
    firefox.until(SAYS, kind, used.says)
    firefox.click(NEXT, kind)
    firefox.until(SAYS, kind, used.next_says)
    for _ in range(2):
        firefox.click(PART, kind, ".explorer-buttons button")
    firefox.until(SAYS, kind, first)


@every_kind
def test_an_explorer_works_by_keyboard_alone(firefox: Firefox, site: str, kind: str) -> None:
    used = use(kind).USE
    firefox.open(f"{site}{EXPLORERS[kind]}")
    firefox.until(f"kind => ({PART})(kind, '.explorer-open')", kind)
    firefox.ask(f"kind => ({PART})(kind, '.explorer-open').focus()", kind)
    firefox.press(ENTER)
    firefox.until(f"kind => ({PART})(kind, '.explorer-picture svg')", kind)
    first = firefox.ask(f"kind => ({PART})(kind, '.explorer-sentence').textContent", kind)

    def walk_to(wanted: str, *arguments: str) -> None:
        for _ in range(60):
            firefox.press(TAB)
            if firefox.ask(f"(...given) => ({wanted})(...given) === document.activeElement", kind, *arguments):
                return
        raise AssertionError("the keyboard does not come there")

    walk_to(FIELD, used.label)
    firefox.press(CONTROL + "a", *used.typed)
    firefox.until(SAYS, kind, used.says)
    walk_to(PART, "input[type=range]")
    firefox.press(RIGHT)
    firefox.until(SAYS, kind, used.next_says)
    for _ in range(2):
        firefox.press(CONTROL + "z")
    firefox.until(SAYS, kind, first)
    walk_to(PART, "summary")
    firefox.press(ENTER)
    firefox.until(f"kind => ({PART})(kind, 'pre').checkVisibility()", kind)


@pytest.mark.parametrize("from_folder", [False, True])
def test_a_prediction_and_an_answer_are_compared(firefox: Firefox, site: str, from_folder: bool) -> None:
    base = f"{SITE.as_uri()}/" if from_folder else site
    firefox.open(f"{base}pictures/stride.html")
    firefox.until("() => document.querySelector('.predict-switch')")
    firefox.click("() => document.querySelector('.predict-switch')")
    firefox.until("() => document.querySelector('.prediction textarea')")
    firefox.click("() => document.querySelector('.prediction textarea')")
    firefox.press("0", ENTER)
    firefox.until("() => document.querySelector('.prediction-status').textContent.length > 5")
    firefox.ask("() => document.querySelector('.answer').scrollIntoView()")
    firefox.until("() => document.querySelector('.answer form')")
    firefox.click("() => document.querySelector('.answer textarea')")
    firefox.press("0", ENTER)
    firefox.until("() => document.querySelector('.answer .prediction-status').textContent.length > 5")
    firefox.click("() => document.querySelector('.predict-switch')")  # off again: it is remembered


def test_an_explorer_works_from_a_folder(firefox: Firefox) -> None:
    used = use("sizes").USE
    firefox.open(f"{SITE.as_uri()}/{EXPLORERS['sizes']}")
    firefox.until(f"kind => ({PART})(kind, '.explorer-open')", "sizes")
    firefox.click(PART, "sizes", ".explorer-open")
    firefox.until(f"kind => ({PART})(kind, '.explorer-picture svg')", "sizes")
    firefox.click(FIELD, "sizes", used.label)
    firefox.press(CONTROL + "a", *used.typed)
    firefox.until(SAYS, "sizes", used.says)


def test_a_cell_runs_is_edited_and_is_stopped(firefox: Firefox, site: str) -> None:
    name = "with-border"
    button = "word => document.querySelector(`.live-buttons [aria-label='${word} with-border']`)"
    says = """text => document.querySelector("[aria-label='Your run of with-border'] [role=status]")
        ?.textContent.includes(text)"""
    editor = f"() => document.querySelector(\"[aria-label='Code of {name}']\")"
    firefox.open(f"{site}pictures/padding.html")
    if not firefox.ask("() => document.querySelector('[data-live]') !== null"):
        pytest.skip("The site was built without cells that run.")
    firefox.until(f"() => ({button})('Run') !== null")
    firefox.click(button, "Run")
    firefox.until(says, "Same as the book’s output.", seconds=START)
    firefox.click(button, "Edit")
    firefox.until(f"() => ({editor})() === document.activeElement")
    firefox.press(CONTROL + "a", *"while True: pass")
    firefox.click(button, "Run")
    firefox.until(says, "Running", seconds=START)
    firefox.click(button, "Stop")
    firefox.until(says, "Stopped.")
