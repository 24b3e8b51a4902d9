"""Sounds: WAV files beside the page, which a reader's browser fetches when it is told to play, and not before.

A cell whose value is `convbook.figures.sounds(...)` is a figure for the ear. Like one for the eye it has a name and a
caption; what a player is called is the sound's own name::

    ```{code-cell} python
    ---
    tags: [hide-input]
    mystnb:
      figure: {name: sound-chord, caption: "What is heard."}
    ---
    figures.sounds({"the chord": chord, "without its highest tone": low}, rate=8000)
    ```

The files are ``pictures/frequency/sound-chord-1.wav`` and ``…-2.wav``. A page needs no script to play them, and sends
no request to any other host.
"""

import base64
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util.osutil import relative_uri

from book.execution.build import noted
from book.files import serve
from book.page.boxes import is_cell

#: As `convbook.figures.sound` writes them for a notebook.
PLAYER = re.compile(r'<p>([^<]*) <audio controls src="data:audio/wav;base64,([A-Za-z0-9+/=]+)"></audio></p>')
#: Names the files that were written, so that the next build finds those that no page has any more.
WRITTEN = ".sounds"
#: Where the environment notes the sounds of a page.
SOUNDS = "sounds"


def is_sound(html: str) -> bool:
    """Whether the output of a cell is for the ear."""
    return PLAYER.match(html) is not None


def sounds(env: BuildEnvironment) -> dict[str, dict[str, bytes]]:
    """Map each page that has sounds to its files: their addresses below the site, and what is in them."""
    return noted(env, SOUNDS)


class Player(nodes.General, nodes.Element):
    """One sound: `name` is what it is called, `file` its address below the site."""


class TakeOutSounds(SphinxTransform):
    """The sounds of a page become files and players."""

    default_priority = 870  # before it is asked what figures lack

    def apply(self, **_kwargs: Any) -> None:
        for cell in self.document.findall(is_cell):
            for raw in [node for node in cell.findall(nodes.raw) if is_sound(node.astext())]:
                raw.replace_self(self._players(raw.astext(), cell["cell_metadata"]))

    def _players(self, html: str, metadata: dict[str, Any]) -> list[nodes.Node]:
        figure = (metadata.get("mystnb") or {}).get("figure") or {}
        page, files = self.env.docname, self.env.metadata[self.env.docname].setdefault(SOUNDS, {})
        players: list[nodes.Node] = []
        for number, (name, content) in enumerate(PLAYER.findall(html), 1):
            file = f"{page}/{figure.get('name', 'sound')}-{number}.wav"
            files[file] = base64.b64decode(content)
            players.append(Player("", name=unescape(name), file=file))
        return players


def visit_player(translator: Any, node: Player) -> None:
    builder, name = translator.builder, escape(node["name"])
    if builder.name == "epub":  # its reader programs have no sounds
        translator.body.append(f'<p class="sound">{name}</p>\n')
        raise nodes.SkipNode
    address = escape(relative_uri(builder.get_target_uri(builder.current_docname), node["file"]))
    translator.body.append(
        f'<p class="sound"><span aria-hidden="true">{name}</span> <audio controls preload="none" aria-label="{name}"'
        f' src="{address}"><a href="{address}">{name} (WAV)</a></audio></p>\n'
    )
    raise nodes.SkipNode


def skip(translator: Any, node: Player) -> None:
    raise nodes.SkipNode


def write(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.name == "html":
        files = {name: content for page in sounds(app.env).values() for name, content in page.items()}
        serve(Path(app.outdir), files, WRITTEN)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(Player, html=(visit_player, None), **dict.fromkeys(("latex", "text", "man", "texinfo"), (skip, None)))
    app.add_transform(TakeOutSounds)
    app.connect("build-finished", write, priority=700)  # the zip, at 800, holds them
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
