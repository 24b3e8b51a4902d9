"""A session runs a chapter, and leaves the process as it was."""

import builtins
import os
import random
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from book import ROOT
from book.execution import chapters, settings
from book.execution.session import Session

#: A chapter that changes what it can.
CHANGES = """
import os, random, sys, warnings, builtins
import numpy as np
import matplotlib as mpl
import matplotlib.pyplot as plt
os.environ["OF_THE_CHAPTER"] = "1"
os.environ["HOME"] = "/nowhere"
os.environ.pop("PATH", None)
os.chdir("/")
sys.path.insert(0, "/nowhere")
builtins.of_the_chapter = 3
random.seed(1)
np.random.seed(1)
np.set_printoptions(precision=2)
np.seterr(all="raise")
mpl.rcParams["lines.linewidth"] = 17
plt.figure()
warnings.simplefilter("error")
sys.stdout.write("said")
"""


def state_of_the_process() -> dict[str, Any]:
    return {
        "environment": dict(os.environ),
        "folder": Path.cwd(),
        "path": list(sys.path),
        "main": sys.modules["__main__"],
        "built-in names": dict(vars(builtins)),
        "random": random.getstate(),
        "random numbers": str(np.random.get_state()),  # noqa: NPY002
        "print options": np.get_printoptions(),
        "errors": np.geterr(),
        "parameters": {name: mpl.rcParams[name] for name in mpl.rcParams if name != "backend"},
        "figures": plt.get_fignums(),
        "filters": list(warnings.filters),
        "streams": (sys.stdout, sys.stderr, sys.stdin),
        "hooks": (sys.displayhook, sys.excepthook, warnings.showwarning),
    }


@pytest.mark.parametrize("code", ["1 + 1", CHANGES, "1 // 0", "import sys\nsys.exit(3)"])
def test_a_session_leaves_the_process_as_it_was(code: str, tmp_path: Path) -> None:
    with mpl.rc_context({"lines.linewidth": 3, "image.cmap": "jet"}):
        plt.close("all")  # a session closes figures, those of other tests, too
        before = state_of_the_process()
        with Session(tmp_path) as session:
            session.run(chapters.Cell(tmp_path / "chapter.md", 1, 1, "cell", code, {}))
        after = state_of_the_process()
    for name, value in before.items():
        assert after[name] == value, name


def test_within_a_session_the_environment_is_that_of_a_kernel(tmp_path: Path) -> None:
    code = "import os, matplotlib\nprint(os.environ['SOURCE_DATE_EPOCH'], matplotlib.rcParams['image.cmap'])"
    with Session(tmp_path) as session:
        outputs, error = session.run(chapters.Cell(tmp_path / "chapter.md", 1, 1, "cell", code, {}))
    assert error is None
    assert outputs[0]["text"] == "1700000000 gray\n"


def test_where_a_chapter_imports_matplotlib_first_its_parameters_are_not_the_books_afterwards(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom book.execution.chapters import Cell\n"
        "from book.execution.session import Session\nbefore = dict(os.environ)\n"
        "assert 'matplotlib' not in sys.modules\nfolder = Path.cwd()\n"
        "with Session(folder) as session:\n"
        "    code = 'import matplotlib as m; m.rcParams[\"image.cmap\"]'\n"
        "    cell = Cell(folder / 'c.md', 1, 1, 'c', code, {})\n"
        "    print(session.run(cell)[0][0]['data']['text/plain'])\n"
        "import matplotlib\nprint(matplotlib.rcParams['image.cmap'], dict(os.environ) == before)"
    )
    environment = {name: value for name, value in os.environ.items() if name not in settings.ENVIRONMENT}
    environment["PYTHONPATH"] = str(ROOT / "docs" / "_ext")
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "'gray'\nviridis True\n"
