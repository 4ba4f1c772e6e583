"""Where a result comes from: command, commit, machine and versions."""

import importlib.metadata
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from PIL import features

ROOT = Path(__file__).parents[1]


def provenance() -> dict[str, str]:
    """What is written beside every result."""
    commit = _git("rev-parse", "HEAD")
    # The results themselves are about to be written; they do not count as a change of the code.
    changed = [
        line for line in _git("status", "--porcelain").splitlines() if "benchmarks/results/" not in line
    ]
    origin = {
        "command": " ".join(["python", *_script(), *sys.argv[1:]]),
        "commit": commit + (" with changes" if changed else ""),
        "machine": f"{platform.platform()}, {_processor()}",
        "python": platform.python_version(),
        "beholder": importlib.metadata.version("beholder"),
        "numpy": importlib.metadata.version("numpy"),
        "pillow": importlib.metadata.version("pillow"),
        "libjpeg-turbo": features.version("libjpeg_turbo") or "unknown",
    }
    if find_spec("torch") is not None:
        origin["torch"] = importlib.metadata.version("torch")
    return origin


def _script() -> list[str]:
    """Return the arguments that run this script: its module, where it is one of these."""
    path = Path(sys.argv[0]).resolve()
    if not path.is_relative_to(ROOT / "benchmarks"):
        return [path.name]
    return ["-m", ".".join(path.relative_to(ROOT).with_suffix("").parts)]


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(": ", 1)[1] for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
