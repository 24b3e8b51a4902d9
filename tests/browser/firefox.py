"""Firefox, as Debian has it, over WebDriver BiDi: what a person does with mouse and keyboard, and what the page says.

Playwright drives a Firefox of its own making only; BiDi is what every Firefox speaks, so a socket is all it takes.
"""

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from chromium import COME_NEAR
from tornado.websocket import WebSocketClientConnection, websocket_connect

FIREFOX = shutil.which("firefox-esr") or "/usr/bin/firefox-esr"
#: Nothing is asked for by the browser itself.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    "security.sandbox.content.level": 0,  # a container has no user namespaces
}
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
#: What Firefox says of the MathML that KaTeX writes for screen readers, as it says of KaTeX everywhere.
OF_FORMULAS = re.compile(r"Invalid markup: .*children for <m|attribute of <m\w+/>")
#: Parts of drawings have no `scrollIntoView` that Firefox heeds.
TO_THE_MIDDLE = "scrollBy({top: found.getBoundingClientRect().top - innerHeight / 2, behavior: 'instant'});"
#: Keys as WebDriver writes them.
CONTROL, ENTER, RIGHT, TAB = "\ue009", "\ue007", "\ue014", "\ue004"


class Firefox:
    """A browser with one tab."""

    def __init__(self) -> None:
        self.profile = tempfile.mkdtemp(prefix="firefox-")
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        Path(self.profile, "user.js").write_text("\n".join(lines), encoding="utf-8")
        arguments = ["--headless", "--no-remote", "--profile", self.profile, "--remote-debugging-port", "0"]
        self.process = subprocess.Popen([FIREFOX, *arguments], stderr=subprocess.PIPE, text=True)
        self.loop = asyncio.new_event_loop()
        self.sent = 0
        self.events: list[dict[str, Any]] = []
        self.socket = self.loop.run_until_complete(self._connected())
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        # A tab that was asked for has the keyboard; the first one of a window without a screen never gets it.
        self.tab = self.call("browsingContext.create", type="tab")["context"]

    async def _connected(self) -> WebSocketClientConnection:
        return await websocket_connect(f"{self._address()}/session", max_message_size=2**26)

    def _address(self) -> str:
        assert self.process.stderr
        said = []
        for line in self.process.stderr:
            said.append(line)
            if found := LISTENING.search(line):
                return found[1]
        raise RuntimeError(f"Firefox does not listen: {''.join(said)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stderr
        self.process.stderr.close()
        self.loop.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its result; what else is told in the meantime is kept."""
        self.sent += 1
        message = json.dumps({"id": self.sent, "method": method, "params": parameters})

        async def answered() -> dict[str, Any]:
            await self.socket.write_message(message)
            while True:
                text = await asyncio.wait_for(self.socket.read_message(), 60)
                if text is None:
                    raise RuntimeError(f"Firefox has closed the connection during {method}")
                told = json.loads(text)
                if told.get("id") == self.sent:
                    return told
                self.events.append(told)

        told = self.loop.run_until_complete(answered())
        if told["type"] == "error":
            raise RuntimeError(f"{method}: {told['error']}: {told['message']}")
        return dict(told["result"])

    def open(self, address: str) -> None:
        self.call("browsingContext.navigate", context=self.tab, url=address, wait="complete")
        self.ask(COME_NEAR)

    def ask(self, function: str, *arguments: Any) -> Any:
        """Run a function of the page with these arguments, and return what it returns, through JSON."""
        code = f"async () => JSON.stringify(await ({function})(...{json.dumps(arguments)}) ?? null)"
        told = self.call(
            "script.callFunction", functionDeclaration=code, target={"context": self.tab}, awaitPromise=True
        )
        if told["type"] == "exception":
            raise RuntimeError(f"{function}: {told['exceptionDetails']['text']}")
        return json.loads(told["result"]["value"])

    def until(self, function: str, *arguments: Any, seconds: float = 30) -> None:
        """Wait until a function of the page is true."""
        end = time.monotonic() + seconds
        while not self.ask(f"(...given) => Boolean(({function})(...given))", *arguments):
            if time.monotonic() > end:
                raise AssertionError(f"not so within {seconds} seconds: {function} {arguments}")
            time.sleep(0.05)

    def element(self, function: str, *arguments: Any) -> dict[str, Any]:
        """Find the element that a function of the page returns, bring it into view, and return how BiDi names it."""
        find = f"const found = ({function})(...{json.dumps(arguments)}); {TO_THE_MIDDLE}"
        told = self.call(
            "script.callFunction",
            functionDeclaration=f"() => {{ {find} return found; }}",
            target={"context": self.tab},
            awaitPromise=False,
            serializationOptions={"maxDomDepth": 0},
        )
        if told["type"] == "exception":
            raise RuntimeError(f"{function} {arguments}: {told['exceptionDetails']['text']}")
        return {"sharedId": told["result"]["sharedId"]}

    def click(self, function: str, *arguments: Any) -> None:
        """Move the mouse on an element and press its button."""
        origin = {"type": "element", "element": self.element(function, *arguments)}
        pointer = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        actions = [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": pointer}]
        self.call("input.performActions", context=self.tab, actions=actions)

    def press(self, *keys: str) -> None:
        """Press keys one after the other; of a text of several keys all are held together."""
        pressed = []
        for key in keys:
            pressed += [{"type": "keyDown", "value": one} for one in key]
            pressed += [{"type": "keyUp", "value": one} for one in reversed(key)]
        actions = [{"type": "key", "id": "keyboard", "actions": pressed}]
        self.call("input.performActions", context=self.tab, actions=actions)

    def faults(self) -> list[str]:
        """Take what the console has said, and which addresses were asked for that are not on this machine."""
        self.ask("() => 0")  # all that was told before
        found = []
        for told in self.events:
            if told["method"] == "log.entryAdded" and told["params"]["level"] in ("error", "warn"):
                text = str(told["params"]["text"])
                if not OF_FORMULAS.search(text):
                    found.append(text)
            if told["method"] == "network.beforeRequestSent":
                address = told["params"]["request"]["url"]
                if not address.startswith(("http://127.0.0.1:", "data:", "file:")):
                    found.append(address)
        self.events.clear()
        return found
