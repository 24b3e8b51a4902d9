"""Files that several processes may write at the same time: each is seen whole, or not at all; and what they hold."""

import contextlib
import hashlib
import json
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

#: The date of all files in an archive: the earliest that it can name.
DATE = (1980, 1, 1, 0, 0, 0)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write, with a name of its own; at the end it takes the place of `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")  # what begins with a point is no part of the site
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write `path` unless it already has this content, so that a build with no change touches no file."""
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return
    with replacing(path) as part:
        part.write_bytes(content)


def pack(archive: zipfile.ZipFile, name: str, content: bytes, level: int = 9) -> None:
    """Add a file to an archive as it is always packed: without a date, so that the same files are the same bytes."""
    entry = zipfile.ZipInfo(name, DATE)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=level)


def digest(files: Mapping[str, Path]) -> str:
    """Give one digest of files and of the names that they have."""
    found = hashlib.sha256()
    for name, path in files.items():
        found.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()


def digest_of_folder(folder: Path, pattern: str = "*.py") -> str:
    return digest({path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob(pattern))})


@dataclass
class Stamp:
    """A file that notes of what other files were made, and what they held then."""

    path: Path

    def is_current(self, sources: str, made: Iterable[Path] | None = None) -> bool:
        """Whether the files that were made (at least those of `made`) are still what these sources make."""
        try:
            noted = json.loads(self.path.read_text(encoding="utf-8"))
            files = noted["made"]
            return (
                noted["sources"] == sources
                and {str(path) for path in made or ()} <= files.keys()
                and all(digest({"": Path(name)}) == was for name, was in files.items())
            )
        except (OSError, ValueError, LookupError, TypeError):  # a file is gone, or the stamp was cut off
            return False

    def note(self, sources: str, made: Iterable[Path]) -> None:
        files = {str(path): digest({"": path}) for path in made}
        write(self.path, json.dumps({"sources": sources, "made": files}, indent=1).encode())


def serve(site: Path, files: Mapping[str, bytes], listed: str) -> None:
    """Write these files below `site`, and take away those that an earlier build wrote and nobody offers any more.

    `listed` is the file in `site` that names them for the next build.
    """
    for name, content in files.items():
        write(site / name, content)
    before = (site / listed).read_text(encoding="utf-8").splitlines() if (site / listed).exists() else []
    for name in set(before) - files.keys():
        (site / name).unlink(missing_ok=True)
        for folder in list((site / name).parents)[: name.count("/")]:
            with contextlib.suppress(OSError):  # others are still in it
                folder.rmdir()
    write(site / listed, "".join(f"{name}\n" for name in sorted(files)).encode())
