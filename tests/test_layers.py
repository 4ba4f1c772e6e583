"""Imports inside the package run one way, and `import beholder` stays light."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "beholder"

# From the bottom up; a module may import from its own layer and from those before it.
LAYERS: list[set[str]] = [
    {"errors", "options", "option_files", "option_flags", "codec_options"},
    {"safe_write", "torch_device", "_core"},
    {"image", "metadata"},
    {"encode_result", "file_report", "metrics"},
    {"observers", "targets"},
    {"jpeg", "learned"},
    {"codecs"},
    {"batch"},
    {"evaluation", "training"},
    {"cli", "__main__"},
]
LAYER_OF = {part: number for number, parts in enumerate(LAYERS) for part in parts}


def is_part(name: str) -> bool:
    return name == "_core" or (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def parts_imported(path: Path) -> Iterator[str]:
    """Yields the top-level parts of the package that a module imports, "" for the package itself."""
    # A relative import of level 1 starts at the module's own package.
    package = ["beholder", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            # "from beholder import metrics" imports a part, not the package's own names.
            names = [f"{module}.{alias.name}" for alias in node.names] if module == "beholder" else [module]
        else:
            continue
        for name in names:
            top, *rest = name.split(".")
            if top == "beholder":
                yield rest[0] if rest and is_part(rest[0]) else ""


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


def test_every_part_has_a_layer() -> None:
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules()}
    assert parts <= LAYER_OF.keys()


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    layer = LAYER_OF[path.relative_to(PACKAGE).parts[0].removesuffix(".py")]
    for part in parts_imported(path):
        if part == "":
            assert layer == len(LAYERS) - 1, "only the top layer may use the package's own names"
        else:
            assert LAYER_OF[part] <= layer, f"imports {part}, which lies above"


def test_the_package_imports_nothing_heavy() -> None:
    heavy = {
        "torch",
        "torchvision",
        "ray",
        "scipy",
        "skimage",
        "matplotlib",
        "http.server",
        "multiprocessing",
    }
    code = f"import sys, beholder; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


NATIVE = PACKAGE.parents[1] / "native"


def test_folders_of_the_core_include_one_way() -> None:
    listed = re.search(r"CORE_FOLDERS ([\w ]+)\)", (NATIVE / "CMakeLists.txt").read_text(encoding="utf-8"))
    assert listed
    folders = listed[1].split()  # from the bottom up
    for level, folder in enumerate(folders):
        for path in (NATIVE / folder).iterdir():
            text = path.read_text(encoding="utf-8")
            included = re.findall(r'#include "(\w+)/', text)
            above = [name for name in included if folders.index(name) > level]
            assert not above, f"{path.name} of {folder} includes {above}"
            assert not re.search(r"#include [<\"](Python|nanobind)", text), f"{path.name} includes Python"
