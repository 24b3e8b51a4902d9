"""The small site, built once in each process: what several test modules look at, and change a copy of."""

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def small_site_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the small site, and keep a copy beside it."""
    from small_site import Site

    folder = tmp_path_factory.mktemp("small-site")
    site = Site(folder / "site")
    assert site.build() == ""
    shutil.copytree(folder / "site", folder / "pristine", symlinks=True)
    return folder


@pytest.fixture
def site(small_site_built: Path) -> Any:
    """Give the built site, at its address, as if no test had changed it."""
    from small_site import Site

    shutil.rmtree(small_site_built / "site")
    shutil.copytree(small_site_built / "pristine", small_site_built / "site", symlinks=True)
    site = object.__new__(Site)
    site.folder = small_site_built / "site"
    return site
