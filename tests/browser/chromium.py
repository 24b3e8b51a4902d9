"""Which browser the tests start, how, and what they put into its pages."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # where it is not installed, conftest says so
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "docs" / "_assets" / "node_modules" / "axe-core" / "axe.min.js"
#: Runs before any script of a page, and keeps what the policy has stopped and what has moved by itself.
WATCH = """
window.violations = [];
window.shifts = [];
new PerformanceObserver(list => window.shifts.push(...list.getEntries().filter(one => !one.hadRecentInput)
    .map(one => [one.value, one.sources.map(source => String(source.node?.className)).join(", ")])))
    .observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation",
    event => window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""
#: Parts of a page are laid out when they come near: all of them now. Until then their heights are estimates, and a
#: place far down moves when those above it are laid out.
COME_NEAR = """() => {
    const parts = "article section, article > section > *, article > section > section > *";
    for (const part of document.querySelectorAll(parts)) part.style.contentVisibility = "visible";
}"""


def seen_by_axe(page: "Page", *parts: str) -> tuple[list[tuple[str, str]], list[Any]]:
    """Look at parts of a page with axe; give what it finds wrong, each with a place, and what it finds right."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "parts => axe.run({include: parts.map(part => [part])}, {resultTypes: ['violations']})", list(parts)
    )
    return [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]], found["passes"]
