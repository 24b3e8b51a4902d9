"""The built site, read as a browser reads it: for the checks in `tests/site` and `tests/browser`."""

import gzip
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
SITE = Path(os.environ.get("CONVBOOK_SITE", ROOT / "_build" / "html"))


@cache
def prefix() -> str:
    """Find the path below which the site will be served: the page for wrong addresses names it."""
    match = re.search(r'href="(/[^"]*?)_static/', (SITE / "404.html").read_text(encoding="utf-8"))
    return match[1] if match else "/"


#: Attributes that name another file or place, by element; ``*`` for every element.
ADDRESSES = {"*": ("href", "src", "xlink:href", "action", "data", "poster", "cite"), "img": ("srcset",)}
#: What a browser fetches without being asked: everything that is not a link to follow.
FOLLOWED = {"a", "form", "blockquote", "q"}
#: ``rel`` values of <link> that state an address and fetch nothing.
STATED = {"canonical", "index", "search", "next", "prev", "author", "license"}


@dataclass(frozen=True)
class Element:
    """A start tag."""

    tag: str
    attributes: dict[str, str]
    line: int

    @property
    def addresses(self) -> Iterator[str]:
        """Every address in its attributes."""
        for name in (*ADDRESSES["*"], *ADDRESSES.get(self.tag, ())):
            value = self.attributes.get(name)
            if value is None:
                continue
            if name == "srcset":
                yield from (part.split()[0] for part in value.split(",") if part.strip())
            else:
                yield value.strip()

    @property
    def fetches(self) -> bool:
        """Whether a browser fetches its addresses by itself."""
        if self.tag == "link":
            return not set(self.attributes.get("rel", "").lower().split()) <= STATED
        return self.tag not in FOLLOWED


@dataclass
class Page(HTMLParser):
    """One page: its elements and the texts of a few of them."""

    path: Path
    elements: list[Element] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=lambda: {"title": [], "script": [], "style": [], "h1": []})

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: str | None = None
        self.source = self.path.read_text(encoding="utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, self.getpos()[0]))
        if tag in self.texts and not (tag == "title" and self.texts["title"]):  # SVG has titles of its own
            self.texts[tag].append("")
            self._open = tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open][-1] += data

    @property
    def name(self) -> str:
        """Its address below the root of the site."""
        return self.path.relative_to(SITE).as_posix()

    @cached_property
    def anchors(self) -> list[str]:
        """Every place on the page that a link can name."""
        named = [e.attributes["name"] for e in self.elements if e.tag == "a" and e.attributes.get("name")]
        return [e.attributes["id"] for e in self.elements if "id" in e.attributes] + named

    def meta(self, name: str) -> list[str]:
        """Return the contents of its ``<meta>`` of that name."""
        found = [e.attributes for e in self.elements if e.tag == "meta"]
        return [a.get("content", "") for a in found if name in (a.get("name"), a.get("http-equiv"), a.get("property"))]

    @property
    def figures(self) -> set[Path]:
        """The pictures of the page that are files of their own."""
        images = [e for e in self.elements if e.tag in ("img", "image", "source", "object")]
        found = (target(self, address) for element in images for address in element.addresses)
        return {path for path, _ in filter(None, found) if path.is_file() and "_static" not in path.parts}

    @property
    def weight(self) -> int:
        """Bytes of the page and of its own figures, as a server sends them."""
        return sum(len(gzip.compress(path.read_bytes(), 6)) for path in {self.path, *self.figures})


def is_external(address: str) -> bool:
    """Return whether an address leaves the site."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def target(page: Page, address: str) -> tuple[Path, str] | None:
    """Find the file and the place in it that an address on `page` means; None outside of the site."""
    if is_external(address) or address.startswith("data:"):
        return None
    parts = urlsplit(address)
    place = unquote(parts.path)
    # Only the page for wrong addresses, which is served at any depth, begins at the root.
    if place.startswith("/"):
        path = SITE / place.removeprefix(prefix())
    else:
        path = page.path.parent / place if place else page.path
    path = Path(os.path.normpath(path))
    return (path / "index.html" if path.is_dir() else path), unquote(parts.fragment)


@cache
def pages() -> dict[str, Page]:
    """Read every page of the site once."""
    return {page.name: page for page in (Page(path) for path in sorted(SITE.rglob("*.html")))}


def explorers() -> dict[str, str]:
    """Return on which page each kind of explorer stands."""
    return {
        element.attributes["kind"]: name
        for name, page in pages().items()
        for element in page.elements
        if element.tag == "conv-explorer"
    }
