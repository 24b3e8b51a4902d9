"""A drawing as markup for the inside of a page: small, without a background, and in the colors of the reader's theme.

It needs no Sphinx: pages bring it to the browser, too, where a reader's own cells draw.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from decimal import Decimal
from html import escape

from convbook.figures.style import PALETTE

VARIABLES = {light: f"var(--fig-{name},{light})" for name, (light, _dark) in PALETTE.items()}
NUMBER = re.compile(r"-?\d+\.\d+(?:[eE][-+]?\d+)?")
COLOR = re.compile(r"#[0-9a-fA-F]{6}\b")
URL = re.compile(r"url\(#([^)]+)\)")
#: The page's stylesheet says these once for all figures.
DEFAULTS = {"font-family", "font-stretch", "font-variant"}
#: A path that begins and goes on in straight lines; after a ``z`` it begins anew.
_PLACE = r"-?[\d.]+ -?[\d.]+"
STRAIGHT = re.compile(rf"(?:M{_PLACE}(?:L{_PLACE})*z?)+")
DROPPED = {"metadata", "style", "script", "title", "desc", "foreignObject"}
KEPT_ATTRIBUTE = re.compile(r"(?!on|xml|version$|baseProfile$)[\w-]+$")


class Picture:
    """One SVG file as markup for the inside of a page: small, without a background, with ids of its own."""

    def __init__(self, source: bytes, prefix: str, alt: str, pixels: Callable[[str], str]) -> None:
        """`pixels` says what stands for an image that is embedded as data."""
        self.prefix, self.pixels = prefix, pixels
        root = ElementTree.fromstring(source)
        if _local(root.tag) != "svg" or "viewBox" not in root.attrib:
            raise ValueError("it must be an <svg> with a viewBox")
        _, _, width, height = map(float, root.attrib["viewBox"].replace(",", " ").split())
        self.digits = 2 if min(width, height) > 60 else 4
        text = source.decode("utf-8")
        self.used = set(URL.findall(text)) | set(re.findall(r'href="#([^"]+)"', text))
        body = "".join(self._element(child) for child in root)
        # the width in units is also the size in pixels at which the text is as large as the style says
        self.markup = (
            f'<svg class="figure-svg" role="img" aria-label="{escape(alt)}" viewBox="0 0 {width:g} {height:g}"'
            f' style="--figure-width:{width:g}" xmlns="http://www.w3.org/2000/svg">{body}</svg>'
        )

    def _element(self, node: ElementTree.Element) -> str:
        tag = _local(node.tag) if isinstance(node.tag, str) else ""
        if not tag or tag in DROPPED:
            return ""
        attributes = self._attributes(node)
        content = escape((node.text or "").strip() if tag not in {"text", "tspan"} else node.text or "", quote=False)
        for child in node:
            content += self._element(child)
            if tag in {"text", "tspan"}:
                content += escape(child.tail or "", quote=False)
        if tag in {"g", "defs"} and not content:
            return ""
        if tag == "g" and not attributes:
            return content
        if tag in {"path", "rect"} and attributes.get("style") == "fill:none":
            return ""  # a background or a frame that is not to be seen
        opening = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        return f"<{tag}{opening}>{content}</{tag}>" if content else f"<{tag}{opening}/>"

    def _attributes(self, node: ElementTree.Element) -> dict[str, str]:
        found: dict[str, str] = {}
        style: dict[str, str] = {}
        for qualified, value in node.attrib.items():
            name = _local(qualified)
            if name == "id":
                if value in self.used:
                    found["id"] = self.prefix + value
            elif name == "style":
                pairs = (item.split(":", 1) for item in value.split(";") if ":" in item)
                style |= {key.strip(): entry.strip() for key, entry in pairs}
            elif name == "href":
                if value.startswith("#"):
                    found["href"] = "#" + self.prefix + value[1:]
                elif value.startswith("data:image/"):
                    found["href"] = self.pixels(re.sub(r"\s", "", value))
            elif name == "class" or not KEPT_ATTRIBUTE.match(name):
                continue
            elif name in {"fill", "stroke"}:
                style.setdefault(name, value)  # a variable works in a style, not in an attribute
            elif name == "transform":
                value = re.sub(r"rotate\(-?0(?:\.0*)?(?: [^)]*)?\)", "", value).strip()
                if value:
                    digits = 5 if "matrix" in value or "scale" in value else self.digits
                    found[name] = _round(value, digits)
            elif name in {"d", "points"}:
                found[name] = _steps(_round(value, self.digits)) if name == "d" else _round(value, self.digits)
            else:
                found[name] = URL.sub(rf"url(#{self.prefix}\1)", _round(value, self.digits))
        if "font" in style:
            style |= _font(style.pop("font"))
        kept = {key: entry for key, entry in style.items() if key not in DEFAULTS}
        if kept:
            text = ";".join(f"{key}:{entry}" for key, entry in kept.items())
            text = COLOR.sub(lambda match: VARIABLES.get(match[0].lower(), match[0]), _round(text, 2))
            found["style"] = URL.sub(rf"url(#{self.prefix}\1)", text)
        return found


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _round(text: str, digits: int) -> str:
    def shorter(match: re.Match[str]) -> str:
        rounded = f"{float(match[0]):.{digits}f}".rstrip("0").rstrip(".")
        return "0" if rounded == "-0" else rounded

    return NUMBER.sub(shorter, text)


def _steps(path: str) -> str:
    """Write a path of straight lines by its steps, which are shorter than places and repeat each other."""
    tight = re.sub(r"\s*([A-Za-z])\s*", r"\1", re.sub(r"\s+", " ", path)).strip()
    if not STRAIGHT.fullmatch(tight):
        return tight
    at, written = (Decimal(0), Decimal(0)), ""
    for letter, place in re.findall(r"([MLz])([^MLz]*)", tight):
        if letter == "z":
            written += "z"
            continue
        x, y = map(Decimal, place.split())
        if letter == "M":
            written += f"M{place}"
        else:
            across, down = x - at[0], y - at[1]  # decimals: the steps add up to the places
            if not down:
                written += f"h{across.normalize():f}"
            elif not across:
                written += f"v{down.normalize():f}"
            else:
                written += f"l{across.normalize():f} {down.normalize():f}"
        at = x, y
    return written


def _font(shorthand: str) -> dict[str, str]:
    """Size, weight and slant of a CSS font shorthand; the family is the page's."""
    found = {}
    if size := re.search(r"[\d.]+px", shorthand):
        found["font-size"] = size[0]
    if weight := re.search(r"\b(bold|[1-9]00)\b", shorthand):
        found["font-weight"] = weight[0]
    if slant := re.search(r"\b(italic|oblique)\b", shorthand):
        found["font-style"] = slant[0]
    return found
