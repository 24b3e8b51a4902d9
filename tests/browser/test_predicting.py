"""What a reader does who predicts first: turns the switch, types, is told, gives up, and reads on without scripts."""

from typing import Any

import pytest
from built_site import pages
from chromium import COME_NEAR, seen_by_axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

CHAPTER, NEXT = "pictures/padding.html", "pictures/stride.html"
FIRST = "operation/one-sum-four-pictures.html"
WITH_ANSWERS = [name for name, page in pages().items() if 'class="answer"' in page.source]
#: Pages with guards that are not what the page shows: further digits, any words, the last line of a traceback.
WITH_GUARDS = [name for name, page in pages().items() if "data-guard=" in page.source]
PHONE = {"width": 360, "height": 740}
SHIFT = 0.02
#: The text of a covered output, which the page itself holds.
OUTPUT = "output => [...output.querySelectorAll(':scope > .output')].map(o => o.textContent).join('\\n')"
SHOWN = ":scope > .output"


def switch(page: Page) -> Locator:
    return page.get_by_role("button", name="Predict first", exact=True)


def turned_on(page: Page, address: str) -> Locator:
    """Open a chapter and turn the switch on; give its outputs that are checked."""
    page.goto(address)
    switch(page).click()
    expect(page.locator(".prediction textarea").first).to_be_attached()
    return page.locator(".cell_output:has(> .cell-checked)")


def test_the_switch_is_off_at_first_and_nothing_is_covered_or_fetched_for_it(page: Page, site: str) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{site}{CHAPTER}", wait_until="networkidle")
    expect(switch(page)).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".cell_output:has(> .cell-checked) > .output").first).to_be_visible()
    assert page.locator(".prediction, .figure-show").count() == 0
    assert [url for url in fetched if "guards.js" in url or "predictions.js" in url] == []


def test_the_switch_covers_every_checked_output_and_is_remembered_on_the_next_page(page: Page, site: str) -> None:
    for address in (CHAPTER, NEXT):
        if address == CHAPTER:
            outputs = turned_on(page, f"{site}{address}")
        else:
            page.goto(f"{site}{address}")
            outputs = page.locator(".cell_output:has(> .cell-checked)")
            expect(page.locator(".prediction textarea").first).to_be_attached()
        expect(switch(page)).to_have_attribute("aria-pressed", "true")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert outputs.count() > 10
        assert page.locator(".prediction").count() == outputs.count()
        seen = outputs.evaluate_all(
            "all => all.filter(o => [...o.querySelectorAll('.output')].some(e => e.checkVisibility())).length"
        )
        assert seen == 0
        trees = page.locator("article").aria_snapshot()
        assert "Your prediction" in trees
    switch(page).click()
    expect(outputs.first.locator(SHOWN).first).to_be_visible()
    expect(page.locator(".prediction").first).to_be_hidden()
    page.goto(f"{site}{CHAPTER}")
    expect(switch(page)).to_have_attribute("aria-pressed", "false")


def test_pages_without_checked_outputs_have_no_switch(page: Page, site: str) -> None:
    page.goto(f"{site}api/convolution.html")
    assert switch(page).count() == 0


def test_a_wrong_prediction_is_told_number_by_number_and_a_right_one_uncovers(page: Page, site: str) -> None:
    output = turned_on(page, f"{site}{CHAPTER}").first
    text = output.evaluate(OUTPUT)
    field, status = output.get_by_label("Your prediction"), output.get_by_role("status")
    field.fill("[[19, 25], [37, 44]] [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]]")
    output.get_by_role("button", name="Check").click()
    expect(status).to_have_text("19 of 20 numbers agree; the fourth is not 44.")
    expect(output.locator(SHOWN).first).to_be_hidden()
    field.fill(" ".join(text.split()))  # white space is free
    field.press("Enter")
    expect(output.locator(SHOWN).first).to_be_visible()
    expect(status).to_have_text("Predicted. All 20 numbers agree.")
    expect(status).to_be_focused()
    expect(field).to_be_hidden()


@pytest.mark.parametrize("name", [CHAPTER, *WITH_GUARDS])
def test_every_output_accepts_itself_and_all_are_counted(page: Page, site: str, name: str) -> None:
    turned_on(page, f"{site}{name}")
    page.evaluate(
        """() => { for (const output of document.querySelectorAll(".cell_output:has(> .prediction)")) {
            const texts = [...output.querySelectorAll(":scope > .output:not(.stderr)")].map(o => o.textContent);
            const guard = output.querySelector(".cell-checked").dataset.guard;
            const traceback = output.querySelector(".traceback");
            output.querySelector("textarea").value = traceback ? guard : texts.join("\\n");
            output.querySelector("form").requestSubmit();
        } }"""
    )
    outputs = page.locator(".prediction").count()
    expect(page.locator(".predict-account p")).to_have_text(f"{outputs} of {outputs} outputs predicted, 0 shown.")
    assert page.locator(".predict-account a").count() == 0


def test_giving_up_shows_the_output_and_the_account_at_the_end_says_so(page: Page, site: str) -> None:
    outputs = turned_on(page, f"{site}{CHAPTER}")
    total = outputs.count()
    account = page.locator(".predict-account")
    expect(account.locator("p")).to_have_text(f"0 of {total} outputs predicted, 0 shown.")
    outputs.nth(0).get_by_role("button", name="Show").click()
    expect(outputs.nth(0).locator(SHOWN).first).to_be_visible()
    outputs.nth(1).get_by_label("Your prediction").fill(outputs.nth(1).evaluate(OUTPUT))
    outputs.nth(1).get_by_role("button", name="Check").click()
    expect(account.locator("p")).to_have_text(f"1 of {total} outputs predicted, 1 shown.")
    links = account.get_by_role("link")
    assert links.count() == total - 1
    expect(account.locator("li").first).to_have_text("with-border (shown)")
    # the last one lies in the fold of a solution or far up: its link leads there
    links.last.click()
    place = str(links.last.get_attribute("href"))
    expect(page.locator(place)).to_be_in_viewport()
    page.reload()  # the visit goes on
    expect(account.locator("p")).to_have_text(f"1 of {total} outputs predicted, 1 shown.")
    expect(outputs.nth(0).locator(SHOWN).first).to_be_visible()
    expect(outputs.nth(2).locator(SHOWN).first).to_be_hidden()


def test_a_covered_figure_is_shown_by_one_click_and_keeps_its_place(page: Page, site: str) -> None:
    turned_on(page, f"{site}{CHAPTER}")
    figure = page.locator("figure#fig-framed")
    height = figure.evaluate("f => f.offsetHeight")
    visible = "f => f.querySelector('svg').checkVisibility({visibilityProperty: true})"
    assert not figure.evaluate(visible)
    figure.get_by_role("button", name="Show Figure 9.2").click()
    assert figure.evaluate(visible)
    assert figure.evaluate("f => f.offsetHeight") == height
    expect(figure).to_be_focused()


def test_the_keyboard_alone_turns_the_switch_predicts_and_gives_up(page: Page, site: str) -> None:
    page.goto(f"{site}{CHAPTER}")
    switch(page).focus()
    page.keyboard.press("Space")
    output = page.locator(".cell_output:has(> .cell-checked)").first
    field = output.get_by_label("Your prediction")
    expect(field).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if field.evaluate("f => f === document.activeElement"):
            break
    page.keyboard.type("[[1]]")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("2")
    assert field.input_value() == "[[1]]\n2"
    page.keyboard.press("Enter")
    expect(output.get_by_role("status")).to_contain_text("The output has 20 numbers, and this has 2.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(output.locator(SHOWN).first).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "laptop"])
def test_nothing_moves_by_itself_while_a_covered_page_comes(page: Page, site: str, size: Any) -> None:
    page.set_viewport_size(size)
    turned_on(page, f"{site}{CHAPTER}")
    for address in (CHAPTER, f"{CHAPTER}#sec-places"):
        page.goto("about:blank")
        page.goto(f"{site}{address}", wait_until="networkidle")
        expect(page.locator(".prediction textarea").first).to_be_attached()
        page.wait_for_timeout(500)
        shifts = page.evaluate("window.shifts")
        assert sum(value for value, _ in shifts) <= SHIFT, shifts
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_it_is_used(page: Page, site: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    output = turned_on(page, f"{site}{CHAPTER}").first
    output.get_by_label("Your prediction").fill("[7]")
    output.get_by_role("button", name="Check").click()
    expect(output.get_by_role("status")).to_contain_text("The output has 20 numbers")
    wrong, right = seen_by_axe(page, ".predict-place", ".prediction", ".figure-show", ".predict-account")
    assert wrong == []
    assert right


def test_print_shows_everything_and_nothing_of_the_game(page: Page, site: str) -> None:
    outputs = turned_on(page, f"{site}{CHAPTER}")
    page.emulate_media(media="print")
    expect(outputs.first.locator(SHOWN).first).to_be_visible()
    assert page.locator("figure#fig-framed svg").first.evaluate("f => f.checkVisibility({visibilityProperty: true})")
    for part in (".prediction", ".predict-place", ".figure-show", ".predict-account"):
        expect(page.locator(part).first).to_be_hidden()


def test_without_scripts_nothing_of_it_shows_and_nothing_is_lost(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{CHAPTER}")
    expect(page.locator(".predict-place")).to_be_hidden()
    expect(page.locator(".cell_output:has(> .cell-checked) > .output").first).to_be_visible()
    assert page.locator(".prediction").count() == 0
    context.close()


# Exercises ----------------------------------------------------------------------------------------------------
def asked(page: Page, address: str) -> Locator:
    """Open the first exercise of a chapter that takes an answer; give the place for it."""
    page.goto(address)
    page.evaluate(COME_NEAR)
    place = page.locator("#ex-by-hand .answer")
    place.scroll_into_view_if_needed()
    expect(place.get_by_role("textbox")).to_be_visible()
    return place


def test_an_exercise_takes_an_answer_and_names_a_typical_mistake(page: Page, site: str) -> None:
    place = asked(page, f"{site}{FIRST}")
    field, status = place.get_by_label("Your answer: the four numbers, as a list"), place.get_by_role("status")
    field.focus()
    page.keyboard.type("[8, 4, 6, 3]")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("The kernel was not flipped: this is the correlation.")
    expect(status).to_contain_text("0 of 4 numbers agree; the first is not 8")
    field.fill("[6, 3, 8, 5]")
    place.get_by_role("button", name="Check the answer to By hand").click()
    expect(status).to_have_text("3 of 4 numbers agree; the fourth is not 5.")
    field.fill("[6,3,8, 4]")
    field.press("Enter")
    expect(status).to_have_text("Right. All 4 numbers agree.")
    assert not page.locator("#ex-by-hand details.solution").evaluate("d => d.open")


@pytest.mark.parametrize("name", WITH_ANSWERS)
def test_every_answer_is_right_and_every_mistake_is_told_by_its_hint(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}{name}")
    page.evaluate(COME_NEAR)
    places = page.locator(".answer")
    assert places.count() > 0
    for number in range(places.count()):
        place = places.nth(number)
        place.scroll_into_view_if_needed()
        field, status = place.get_by_role("textbox"), place.get_by_role("status")
        answer, mistakes = place.evaluate("p => [p.dataset.answer, JSON.parse(p.dataset.mistakes)]")
        assert mistakes
        for text, hint in mistakes:
            field.fill(text.strip())
            field.press("Enter")
            expect(status).to_contain_text(hint)
        field.fill(answer)
        field.press("Enter")
        expect(status).to_contain_text("Right. ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_exercise_that_is_answered(page: Page, site: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    place = asked(page, f"{site}{FIRST}")
    place.get_by_role("textbox").fill("[6, 3, 8, 4]")
    place.get_by_role("button").click()
    expect(place.get_by_role("status")).to_have_text("Right. All 4 numbers agree.")
    wrong, right = seen_by_axe(page, ".answer")
    assert wrong == []
    assert right


@pytest.mark.parametrize("name", WITH_ANSWERS)
def test_the_field_of_an_exercise_takes_the_room_that_was_kept_for_it(page: Page, site: str, name: str) -> None:
    """Whenever the script comes: it is held back until the places have been measured."""
    heights = "[...document.querySelectorAll('.answer')].map(place => place.getBoundingClientRect().height)"
    held: list[Route] = []
    page.route("**/answers.js*", lambda route: held.append(route))
    for size in (PHONE, {"width": 1280, "height": 900}):
        page.set_viewport_size(size)
        page.goto("about:blank")
        page.goto(f"{site}{name}")
        page.evaluate(COME_NEAR)
        with page.expect_request("**/answers.js*"):
            page.locator(".answer").first.scroll_into_view_if_needed()
        kept = page.evaluate(heights)
        expect(page.locator(".answer button").first).to_be_hidden()
        held.pop().continue_()
        expect(page.locator(".answer textarea").first).to_be_visible()
        assert page.evaluate(heights) == pytest.approx(kept, abs=1), size
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_an_exercise_without_scripts_and_in_print_is_as_it_was(browser: Browser, page: Page, site: str) -> None:
    place = asked(page, f"{site}{FIRST}")
    page.emulate_media(media="print")
    expect(place).to_be_hidden()
    context = browser.new_context(java_script_enabled=False)
    other = context.new_page()
    other.goto(f"{site}{FIRST}")
    expect(other.locator("#ex-by-hand .answer")).to_be_hidden()
    expect(other.locator("#ex-by-hand details.solution")).to_be_visible()
    context.close()
