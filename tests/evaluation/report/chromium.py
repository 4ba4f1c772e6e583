"""A headless Chromium, driven through a pipe by its DevTools protocol; nothing but the browser is needed."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

_NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next((found for name in _NAMES if (found := shutil.which(name))), None)

# The browser reads commands from 3 and writes answers to 4. The pipe's own ends may be either of these.
_EXEC = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_LOADED = """new Promise((done) => {
    if (document.readyState === "complete") done();
    else addEventListener("load", done, {once: true});
})"""
_DRAWN = """new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"""
_MIDDLE = """((selector) => {
    const found = document.querySelector(selector);
    found.scrollIntoView({block: "center", behavior: "instant"});
    const box = found.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
})"""
_BOX = """((selector) => {
    const box = document.querySelector(selector).getBoundingClientRect();
    return {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height, scale: 1};
})"""


class Page:
    """The one page of a browser.

    Attributes:
        errors: What went wrong in the page: exceptions, refusals of its policy, and the like.
        asked: Addresses that the page asked for.
    """

    def __init__(self, commands: int, answers: BinaryIO) -> None:
        self._commands, self._answers = commands, answers
        self._count = 0
        self._session: str | None = None
        self.errors: list[str] = []
        self.asked: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Returns the answer to a command."""
        self._count += 1
        message: dict[str, object] = {"id": self._count, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        text = bytearray()
        while (sign := self._answers.read(1)) != b"\0":
            if not sign:
                raise EOFError("the browser has ended")
            text += sign
        event: dict[str, Any] = json.loads(text)
        parameters = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description") or details["text"])
            case "Log.entryAdded" if parameters["entry"]["level"] == "error":
                self.errors.append(parameters["entry"]["text"])
            case "Network.requestWillBeSent":
                self.asked.append(parameters["request"]["url"])
        return event

    def open(self, path: Path) -> None:
        """Opens a file and waits until it is drawn."""
        self.send("Page.navigate", url=path.as_uri())
        self.run(_LOADED)
        self.settle()

    def settle(self) -> None:
        """Waits until what was changed is drawn."""
        self.run(_DRAWN)

    def run(self, code: str) -> Any:
        """Returns the value of an expression in the page.

        Raises:
            RuntimeError: It threw.
        """
        answer = self.send("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description"))
        return answer["result"].get("value")

    def size(self, width: int, height: int, *, dark: bool = False, touch: bool = False) -> None:
        """Sets size and colours."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=touch,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        # A page that still scrolls smoothly would move under the mouse.
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.send("Emulation.setEmulatedMedia", features=[scheme, still])

    def mouse(self, kind: str, x: float, y: float, *, count: int = 1, pressed: bool = False) -> None:
        """Sends `mousePressed`, `mouseReleased` or `mouseMoved`."""
        button = "none" if kind == "mouseMoved" and not pressed else "left"
        self.send(
            "Input.dispatchMouseEvent",
            type=kind,
            x=x,
            y=y,
            button=button,
            buttons=int(pressed),
            clickCount=count,
        )

    def click(self, selector: str, *, count: int = 1) -> None:
        """Clicks into the middle of an element, so many times."""
        x, y = self.middle(selector)
        for number in range(1, count + 1):
            self.mouse("mousePressed", x, y, count=number, pressed=True)
            self.mouse("mouseReleased", x, y, count=number)
        self.settle()

    def middle(self, selector: str) -> tuple[float, float]:
        """Scrolls to an element; returns its middle."""
        x, y = self.run(f"{_MIDDLE}({json.dumps(selector)})")
        return x, y

    def key(self, key: str, *, shift: bool = False) -> None:
        """Presses a key."""
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, modifiers=8 * shift)
        self.settle()

    def picture(self, path: Path, selector: str | None = None) -> None:
        """Writes what is seen, or of an element all of it, as PNG."""
        clip: dict[str, object] = {}
        if selector is not None:
            box = self.run(f"{_BOX}({json.dumps(selector)})")
            clip = {"clip": box, "captureBeyondViewport": True}
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", **clip)["data"]))


@contextmanager
def chromium_page(folder: Path) -> Iterator[Page]:
    """Starts a browser with nothing but a page; its own files go into the folder."""
    assert PROGRAM is not None, "the caller has asked for the program"
    its_input, commands = os.pipe()
    answers, its_output = os.pipe()

    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"]
    flags += ["--no-first-run", "--disable-background-networking", f"--user-data-dir={folder}"]
    process = subprocess.Popen(
        [sys.executable, "-c", _EXEC, str(its_input), str(its_output), PROGRAM, *flags],
        pass_fds=(its_input, its_output),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(its_input)
    os.close(its_output)
    try:
        with os.fdopen(answers, "rb") as read:
            yield Page(commands, read)
    finally:
        os.close(commands)
        process.terminate()
        process.wait(timeout=20)


def text(page: Page, selector: str) -> str:
    """The text of the first element of a kind."""
    return str(page.run(f"document.querySelector({json.dumps(selector)}).textContent"))


def count(page: Page, selector: str) -> int:
    """How many elements of a kind there are."""
    return int(page.run(f"document.querySelectorAll({json.dumps(selector)}).length"))


def choose(page: Page, selector: str, value: str) -> None:
    """Chooses in a menu."""
    menu = f"document.querySelector({json.dumps(selector)})"
    page.run(f"{menu}.value = {json.dumps(value)}; {menu}.dispatchEvent(new Event('change'))")
    page.settle()
