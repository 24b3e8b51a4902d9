"""Runs every cell of the built site in Python for browsers: `make test-live`.

Node is the machine's, or the one that set-up took where it has none. The pages are shared among processes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"


def main() -> int:
    parser = argparse.ArgumentParser(description="Run every cell of the site as its page does.")
    parser.add_argument("chapter", nargs="?", help="the file name of one chapter: padding")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if not (SITE / "_static" / "pyodide").is_dir():
        print("The site was built without cells that run: see docs/_ext/book/live/supply.py.", file=sys.stderr)
        return 2
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if node is None:
        print("make test-live needs Node.js: apt-get install nodejs", file=sys.stderr)
        return 2
    command = [node, str(Path(__file__).with_name("every_cell.mjs")), str(SITE)]
    if options.chapter:
        pages = [str(path.relative_to(SITE)) for path in SITE.rglob(f"{options.chapter}.cells.json")]
        return subprocess.call([*command, *(page.removesuffix(".cells.json") for page in pages)])
    with tempfile.TemporaryDirectory() as queue:
        running = [subprocess.Popen([*command, "--queue", queue]) for _ in range(options.jobs)]
        return max(process.wait() for process in running)


if __name__ == "__main__":
    sys.exit(main())
