"""One Chromium for all tests, and a server that shows the site below a sub-path, as a project page does."""

import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from built_site import SITE, prefix
from chromium import ARGUMENTS, AXE, CHROMIUM, WATCH

try:
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:
    sync_playwright = None


def pytest_sessionstart() -> None:
    """Say in one line what is missing."""
    for missing, advice in [
        (not Path(CHROMIUM).exists(), "make test-browser needs Chromium: apt-get install chromium"),
        (sync_playwright is None, "make test-browser needs Playwright: pip install -r requirements-browser.lock"),
        (not AXE.exists(), "make test-browser needs axe-core: npm ci --prefix docs/_assets (make html does)"),
        (not (SITE / "index.html").exists(), f"There is no site in {SITE}: run 'make html' first."),
    ]:
        if missing:
            pytest.exit(advice, returncode=2)


class Handler(SimpleHTTPRequestHandler):
    """Serves the site below a path, and its page for wrong addresses at every other."""

    prefix = "/"

    def translate_path(self, path: str) -> str:
        below = path.removeprefix(self.prefix) if path.startswith(self.prefix) else "no-such-page"
        return super().translate_path(f"/{below}")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        body = (SITE / "404.html").read_bytes()
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name in the base class)
        """Keep the report free of requests."""


def serve(prefix: str) -> Iterator[str]:
    """Serve the site below `prefix` on a free port of this machine."""
    handler = type("Below", (Handler,), {"prefix": prefix})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}{prefix}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Give the address of the site below a sub-path."""
    yield from serve("/people/book/")


@pytest.fixture(scope="session")
def site_in_place() -> Iterator[str]:
    """Give the address of the site below the path for which it was built."""
    yield from serve(prefix())


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Start Chromium once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """Open a window of its own, which remembers nothing, asks nobody but the site and must end without an error."""
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    context.on("request", lambda r: None if r.url.startswith(("http://127.0.0.1", "data:")) else errors.append(r.url))
    yield page
    assert page.evaluate("window.violations") == []
    context.close()
    assert errors == []
