"""Where a reader predicts before looking: pages with checked outputs have a place for the switch beside their title.

The place stands in the page, so that nothing moves when `predict.js` puts the switch there; without scripts it takes no
room. What covers the outputs and compares predictions, `predictions.js`, is fetched when the switch is on.
"""

from typing import Any

from sphinx.application import Sphinx

PLACE = (
    '<div class="predict-place"><p class="predict-note">Every checked output is covered. Type what it will show; white '
    "space is free. <kbd>Enter</kbd> checks, <kbd>Shift</kbd>+<kbd>Enter</kbd> starts a line.</p></div>"
)


def add_script(app: Sphinx) -> None:
    if app.builder.format == "html" and app.builder.name != "epub":
        app.add_js_file("predict.js", loading_method="defer")


def offer(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the place below the title of a page with checked outputs."""
    body = context.get("body", "")
    if app.builder.name != "epub" and 'class="cell-checked"' in body:
        context["body"] = body.replace("</h1>", f"</h1>{PLACE}", 1)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", add_script)
    app.connect("html-page-context", offer)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
