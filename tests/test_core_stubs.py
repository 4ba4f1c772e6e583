"""The type stubs of the compiled core against the module itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import beholder
from beholder import _core

STUBS = ast.parse((Path(beholder.__file__).parent / "_core.pyi").read_text(encoding="utf-8"))
CLASSES = {node.name: node for node in STUBS.body if isinstance(node, ast.ClassDef)}
# Names of types alone, which the module does not have.
TYPE_ALIASES = {"ScanMode", "ColorSpace"}


def names_of(body: list[ast.stmt]) -> set[str]:
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in body:
        if isinstance(node, ast.AnnAssign | ast.Assign):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            assert isinstance(target, ast.Name)
            names.add(target.id)
    return names


def public(names: set[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def parameters_of_stub(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    star = ["*"] if arguments.kwonlyargs else []
    optional = len(arguments.args) - len(arguments.defaults)
    found = [each.arg + ("=" if at >= optional else "") for at, each in enumerate(arguments.args)]
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        star.append(each.arg + ("=" if default is not None else ""))
    return found + star


def parameters_of_module(function: object) -> list[str]:
    """Read nanobind's signature, ``def name(a: int, *, b: str = \\0) -> int``."""
    signatures = function.__nb_signature__
    assert len(signatures) == 1, "no overloads"
    text = re.sub(r"\\\d+", "None", signatures[0][0])  # stands for a default value
    while (plain := re.sub(r"\[[^\[\]]*\]", "", text)) != text:  # array types are not Python
        text = plain
    parsed = ast.parse(text + ": ...").body[0]
    assert isinstance(parsed, ast.FunctionDef)
    return parameters_of_stub(parsed)


FUNCTIONS = [(None, node) for node in STUBS.body if isinstance(node, ast.FunctionDef)] + [
    (owner, node)
    for owner in CLASSES.values()
    for node in owner.body
    if isinstance(node, ast.FunctionDef)
    and not node.decorator_list
    and (node.name == "__init__" or not node.name.startswith("_"))
]


def test_names_are_those_of_the_module() -> None:
    assert public(names_of(STUBS.body)) - TYPE_ALIASES == public(set(vars(_core)))


@pytest.mark.parametrize("name", CLASSES)
def test_members_are_those_of_the_class(name: str) -> None:
    assert public(names_of(CLASSES[name].body)) == public(set(vars(getattr(_core, name))))


@pytest.mark.parametrize(
    ("owner", "stub"), FUNCTIONS, ids=[f"{o.name}.{f.name}" if o else f.name for o, f in FUNCTIONS]
)
def test_parameters_are_those_of_the_function(owner: ast.ClassDef | None, stub: ast.FunctionDef) -> None:
    found = getattr(_core if owner is None else getattr(_core, owner.name), stub.name)
    assert parameters_of_stub(stub) == parameters_of_module(found)
