"""Encodes the files that it is told, and says what came of each; `mutate.py` runs it and watches.

    python -m benchmarks.robustness.encode_worker [--core MODULE] [--address-space-mb MB]

Standard input: a line of JSON {"path": ..., "options": {...}} a file, options as `beholder.encode` takes
them.
Standard output: a line "seconds megabytes outcome" a file, at once, so that a crash shows which file caused
it: its time, the most memory that the process has held so far, and the outcome. It begins with "encoded",
"kept" (a JPEG that could not be made smaller) or "refused" (Beholder's own error for a picture), or with
"failed": any other exception, a result that Pillow does not decode, or more memory than allowed.
"""

from __future__ import annotations

import argparse
import importlib.machinery
import importlib.util
import io
import json
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from beholder import EncodeResult


def use_core(path: Path) -> None:
    """Has `import beholder._core` give this build of the module, such as one with sanitizers."""
    name = "beholder._core"
    loader = importlib.machinery.ExtensionFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None, "a loader was given"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)


def outcome_of(data: bytes, options: Mapping[str, Any]) -> str:
    """Returns what `beholder.encode` does with the bytes of a file, in one line."""
    import beholder  # noqa: PLC0415 -- only after `use_core`

    try:
        result = beholder.encode(data, **options)
    except (beholder.InputError, beholder.TargetError) as error:
        if isinstance(error.__cause__, MemoryError):
            return f"failed: out of memory: {error}"
        # The first words behind the file's name say which check refused it.
        return f"refused: {' '.join(str(error).split())}"
    except Exception as error:
        return f"failed: {type(error).__name__}: {' '.join(str(error).split())}"
    if result.kept_input:
        return "kept"
    problem = _problem_of(result)
    return "encoded" if problem is None else f"failed: {problem}"


def _problem_of(result: EncodeResult) -> str | None:
    """Why the result is no picture of its size; None where it is, or is said to be beyond libjpeg."""
    from beholder.image.jpeg_pixels import LIBJPEG_MAX_SIDE  # noqa: PLC0415 -- only after `use_core`

    if max(result.width, result.height) > LIBJPEG_MAX_SIDE:
        return None
    try:
        with Image.open(io.BytesIO(result.data)) as decoded:
            decoded.load()
            size = decoded.size
    except Exception as error:
        return f"Pillow cannot decode the result: {' '.join(str(error).split())}"
    right = (result.width, result.height)
    return None if size == right else f"the result has {size} pixels, not {right}"


def peak_mb() -> float:
    """Returns the most memory this process has held (Linux); `ru_maxrss` would begin at its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Answers until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--core", type=Path, help="the module to test in place of the installed one")
    parser.add_argument("--address-space-mb", type=int, help="beyond what the process has at its start")
    arguments = parser.parse_args()
    if arguments.core is not None:
        use_core(arguments.core)
    import beholder.jpeg.encode  # noqa: F401, PLC0415 -- loaded here, so that no file pays for it

    Image.init()
    if arguments.address_space_mb is not None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + arguments.address_space_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for line in sys.stdin:
        request = json.loads(line)
        data = Path(request["path"]).read_bytes()
        start = time.perf_counter()
        outcome = outcome_of(data, request["options"])
        seconds = time.perf_counter() - start
        print(f"{seconds:.6f} {peak_mb():.1f} {outcome}", flush=True)


if __name__ == "__main__":
    main()
