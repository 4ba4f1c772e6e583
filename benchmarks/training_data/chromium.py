"""A headless Chromium that turns HTML into pictures, spoken to through a pair of pipes.

With `--remote-debugging-pipe` Chromium reads commands of the Chrome DevTools Protocol from file descriptor 3
and writes answers to 4: JSON, each message ended by a zero byte. One browser serves all pages.
"""

from __future__ import annotations

import base64
import fcntl
import io
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from PIL import Image

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
READY = """document.fonts.ready.then(() =>
  Promise.all([...document.images].map(image => image.decode().catch(() => null)))).then(() => true)"""


class BrowserError(RuntimeError):
    """Chromium is not there, ended, or refused a command."""


@dataclass(frozen=True)
class Viewport:
    """A window of width x height CSS pixels, `scale` picture pixels each."""

    width: int
    height: int
    scale: float


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Chromium:
    """A running browser; a context manager.

    Args:
        subpixel_text: Whether text is antialiased on the red, green and blue stripes of an LCD.

    Raises:
        BrowserError: No Chromium on the PATH.
    """

    def __init__(self, *, subpixel_text: bool) -> None:
        program = find_chromium()
        if program is None:
            raise BrowserError(f"none of {', '.join(PROGRAMS)} is on the PATH; install.sh installs it")
        self._folder = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        command_read, self._commands = _high_pipe()
        self._answers, answer_write = _high_pipe()
        arguments = [
            program,
            "--headless=new",
            "--no-sandbox",  # which Chromium needs for root; all pages are our own
            "--disable-gpu",
            "--hide-scrollbars",
            "--mute-audio",
            "--font-render-hinting=" + ("full" if subpixel_text else "none"),
            "--enable-lcd-text" if subpixel_text else "--disable-lcd-text",
            f"--user-data-dir={self._folder.name}/profile",
            "--remote-debugging-pipe",
            "about:blank",
        ]
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{command_read} 4>&{answer_write}', "bash", *arguments],
            pass_fds=(command_read, answer_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "FONTCONFIG_FILE": str(self._fontconfig(subpixel_text))},
        )
        os.close(command_read)
        os.close(answer_write)
        self._received = b""
        self._number = 0
        self._session: str | None = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._frame = self._call("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def render(self, page: str, viewport: Viewport) -> Image.Image:
        """Return what a window shows of a page, RGB.

        Args:
            page: The HTML document; pictures in it are data URIs.
            viewport: The window.

        Raises:
            BrowserError: Chromium ended or refused.
        """
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=viewport.width,
            height=viewport.height,
            deviceScaleFactor=viewport.scale,
            mobile=False,
        )
        self._call("Page.setDocumentContent", frameId=self._frame, html=page)
        self._call("Runtime.evaluate", expression=READY, awaitPromise=True)
        shot = self._call("Page.captureScreenshot", format="png")["data"]
        return Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._commands)  # upon which Chromium ends
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._answers)
        self._folder.cleanup()

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._commands, data) :]
        while (answer := self._receive()).get("id") != self._number:
            pass  # an event
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._received:
            part = os.read(self._answers, 1 << 20)
            if not part:
                raise BrowserError("Chromium ended")
            self._received += part
        message, self._received = self._received.split(b"\0", 1)
        answer: dict[str, Any] = json.loads(message)
        return answer

    def _fontconfig(self, subpixel_text: bool) -> Path:
        settings = {
            "antialias": "<bool>true</bool>",
            "hinting": "<bool>true</bool>",
            "hintstyle": f"<const>{'hintfull' if subpixel_text else 'hintslight'}</const>",
            "rgba": f"<const>{'rgb' if subpixel_text else 'none'}</const>",
        }
        edits = "".join(
            f'<edit name="{name}" mode="assign">{value}</edit>' for name, value in settings.items()
        )
        file = Path(self._folder.name) / "fonts.conf"
        file.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f'<include>/etc/fonts/fonts.conf</include><match target="font">{edits}</match>'
            f'<match target="pattern">{edits}</match></fontconfig>'
        )
        return file


def _high_pipe() -> tuple[int, int]:
    """Return a pipe whose ends do not collide with descriptors 3 and 4 of the child."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]
