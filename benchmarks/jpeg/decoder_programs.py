"""JPEG decoders behind one interface: libjpeg-turbo, ffmpeg, Chromium, and jpeg-js run by node.

ffmpeg's decoder and jpeg-js share no code with libjpeg; Chromium's is its own build of libjpeg-turbo.
"""

import base64
import importlib.metadata
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

from benchmarks.jpeg.reference_decoder import Upsampling

Samples = NDArray[np.uint8]
LIMIT_S = 300  # of a program with all files

# Draws every picture on a canvas and leaves R, G, B of its pixels in the document, a line each.
_PAGE = """<!DOCTYPE html><body>{pictures}<pre id="pixels"></pre><script>
window.onload = () => {{
  const lines = [];
  for (const picture of document.images) {{
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    if (!canvas.width) {{ lines.push(""); continue; }}
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
    let text = "";
    for (let i = 0; i < rgba.length; i += 4) text += String.fromCharCode(rgba[i], rgba[i + 1], rgba[i + 2]);
    lines.push([canvas.width, canvas.height, btoa(text)].join(" "));
  }}
  document.getElementById("pixels").textContent = lines.join("\\n");
}};
</script></body>"""

# Decodes each file named on the command line into FILE.rgba, and prints "width height" or the error.
_JPEG_JS = """
const fs = require("fs"), jpeg = require("jpeg-js");
for (const path of process.argv.slice(1)) {
  try {
    const { width, height, data } = jpeg.decode(fs.readFileSync(path), { useTArray: true });
    fs.writeFileSync(path + ".rgba", data);
    console.log(width + " " + height);
  } catch (error) { console.log("error " + String(error).replace(/\\s+/g, " ")); }
}
"""


@dataclass(frozen=True)
class Decoded:
    """One picture as a decoder gives it.

    Attributes:
        samples: The (H, W, 3) picture in R, G, B alone, or each component at its own resolution.
        upsampling: The way from components to the picture that the decoder is known to take; None for
            components.
    """

    samples: Sequence[Samples]
    upsampling: Upsampling | None


class Decoder(ABC):
    """A program or library that decodes JPEG."""

    name: str
    compared: str

    @abstractmethod
    def absence(self) -> str | None:
        """Why it cannot be used here; None where it can."""

    @abstractmethod
    def version(self) -> str:
        """Its version."""

    def decode(self, files: Mapping[str, bytes]) -> dict[str, Decoded | str]:
        """Return pictures by name, or what went wrong."""
        return {name: self.picture(data) for name, data in files.items()}

    def picture(self, data: bytes) -> Decoded | str:
        """Return the picture of a file, or what went wrong."""
        raise NotImplementedError


class Pillow(Decoder):
    """libjpeg-turbo as Pillow holds it."""

    name = "libjpeg-turbo (Pillow)"
    compared = "R, G, B; chroma upsampled by the triangle filter"

    def absence(self) -> str | None:
        return None if features.check("libjpeg_turbo") else "Pillow is built on another libjpeg"

    def version(self) -> str:
        return f"{features.version('libjpeg_turbo')}, Pillow {importlib.metadata.version('pillow')}"

    def picture(self, data: bytes) -> Decoded | str:
        try:
            with Image.open(io.BytesIO(data)) as image:
                return Decoded([np.asarray(image.convert("RGB"))], "triangle")
        except OSError as error:
            return str(error)


class Ffmpeg(Decoder):
    """ffmpeg's own decoder, through PyAV."""

    name = "ffmpeg (PyAV)"
    compared = "each component at its own resolution"

    def absence(self) -> str | None:
        return None if find_spec("av") else "PyAV is not installed (pip install av)"

    def version(self) -> str:
        import av  # noqa: PLC0415 -- an optional peer

        return f"libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))}, PyAV {av.__version__}"

    def picture(self, data: bytes) -> Decoded | str:
        import av  # noqa: PLC0415 -- an optional peer

        try:
            with av.open(io.BytesIO(data), format="jpeg_pipe") as container:
                frame = next(container.decode(video=0))
        except (av.error.FFmpegError, StopIteration) as error:
            return str(error) or "no picture"
        planes = [
            np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
            for plane in frame.planes
        ]
        return Decoded(planes, None)


class Chromium(Decoder):
    """Chromium without a window: pictures drawn on a canvas and read back."""

    name = "Chromium"
    compared = "R, G, B of a canvas; chroma upsampled by the triangle filter"

    def __init__(self, program: str) -> None:
        self.program = program

    def absence(self) -> str | None:
        found = shutil.which(self.program)
        return None if found else f"there is no program {self.program} (--chromium PATH)"

    def version(self) -> str:
        return _output([self.program, "--version"]).strip()

    def decode(self, files: Mapping[str, bytes]) -> dict[str, Decoded | str]:
        pictures = "".join(
            f'<img src="data:image/jpeg;base64,{base64.b64encode(data).decode()}">' for data in files.values()
        )
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            page.write_text(_PAGE.format(pictures=pictures))
            flags = ["--headless", "--disable-gpu", f"--user-data-dir={folder}/profile", "--dump-dom"]
            if os.geteuid() == 0:
                flags.append("--no-sandbox")  # which Chromium cannot have as root
            document = _output([self.program, *flags, page.as_uri()])
        found = re.search(r'<pre id="pixels">(.*?)</pre>', document, re.DOTALL)
        lines = found[1].split("\n") if found else []
        if len(lines) != len(files):
            return dict.fromkeys(files, f"the page shows {len(lines)} of {len(files)} pictures")
        decoded: dict[str, Decoded | str] = {}
        for name, line in zip(files, lines, strict=True):
            if not line:
                decoded[name] = "the picture is not shown"
                continue
            width, height, text = line.split(" ")
            pixels = np.frombuffer(base64.b64decode(text), np.uint8)
            decoded[name] = Decoded([pixels.reshape(int(height), int(width), 3)], "triangle")
        return decoded


class JpegJs(Decoder):
    """jpeg-js, a decoder written in JavaScript, run by node."""

    name = "jpeg-js (node)"
    compared = "R, G, B; chroma replicated"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def absence(self) -> str | None:
        if shutil.which("node") is None or shutil.which("npm") is None:
            return "node and npm are not installed"
        if self._package().exists():
            return None
        self.folder.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(self.folder), "jpeg-js"]
        done = subprocess.run(install, capture_output=True, text=True, check=False, timeout=LIMIT_S)
        return None if done.returncode == 0 else "npm install jpeg-js failed"

    def _package(self) -> Path:
        return self.folder / "node_modules" / "jpeg-js" / "package.json"

    def version(self) -> str:
        package = json.loads(self._package().read_text(encoding="utf-8"))["version"]
        return f"{package}, node {_output(['node', '--version']).strip()}"

    def decode(self, files: Mapping[str, bytes]) -> dict[str, Decoded | str]:
        decoded: dict[str, Decoded | str] = {}
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / f"{number}.jpg" for number in range(len(files))]
            for path, data in zip(paths, files.values(), strict=True):
                path.write_bytes(data)
            output = _output(["node", "-e", _JPEG_JS, *map(str, paths)], cwd=self.folder)
            for name, path, line in zip(files, paths, output.splitlines(), strict=True):
                if line.startswith("error"):
                    decoded[name] = line
                    continue
                width, height = map(int, line.split())
                rgba = np.fromfile(f"{path}.rgba", np.uint8).reshape(height, width, 4)
                decoded[name] = Decoded([rgba[..., :3]], "replicate")
        return decoded


def _output(command: Sequence[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True, timeout=LIMIT_S)
    return done.stdout
