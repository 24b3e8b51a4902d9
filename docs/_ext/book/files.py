"""Files that several processes may write at the same time: each is seen whole, or not at all."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path


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
