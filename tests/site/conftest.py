"""Without a built site there is nothing to check; with one, the weights are worth a table."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from built_site import SITE, pages

if not (SITE / "index.html").exists():
    pytest.exit(f"There is no site in {SITE}: run 'make html' first.", returncode=2)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the heaviest pages."""
    heaviest = sorted(pages().values(), key=lambda page: -page.weight)[:8]
    terminalreporter.section(f"{len(pages())} pages; gzipped with their figures, the heaviest")
    for page in heaviest:
        terminalreporter.write_line(f"{page.weight / 1000:8.1f} kB  {page.name}")
