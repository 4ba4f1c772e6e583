"""The walks of docs/architecture.md name functions that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^ +(\S+\.py) +(\w+)(?: .*)?$", PAGE, re.MULTILINE)


def test_there_are_four_walks() -> None:
    assert len(re.findall(r"^```\nbeholder ", PAGE, re.MULTILINE)) == 4
    assert len(STEPS) > 30


@pytest.mark.parametrize(("file", "name"), STEPS, ids=str)
def test_a_step_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / "src" / "beholder" / file).read_text(encoding="utf-8"))
    defined = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    assert name in defined
