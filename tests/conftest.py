"""The small site, built once in each process: what several test modules look at, and change a copy of."""

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def small_site_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the small site, in two processes as `make html` does, and keep a copy beside it."""
    from small_site import small_site  # not above: the library's tests run where no Sphinx is

    folder = tmp_path_factory.mktemp("small-site")
    assert small_site(folder / "site").build(processes=2).warnings == ""
    shutil.copytree(folder / "site", folder / "pristine", symlinks=True)
    return folder


@pytest.fixture
def site(small_site_built: Path) -> Any:
    """Give the built site, at its address, as if no test had changed it."""
    from site_builds import Site

    shutil.rmtree(small_site_built / "site")
    shutil.copytree(small_site_built / "pristine", small_site_built / "site", symlinks=True)
    return Site(small_site_built / "site")
