"""The type stubs of the compiled core against the module: names, parameters, types and default values."""

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


def signature(function: ast.FunctionDef) -> str:
    assert function.returns is not None
    return f"({ast.unparse(function.args)}) -> {ast.unparse(function.returns)}"


def signature_of_stub(function: ast.FunctionDef) -> str:
    """Read a stub, with types as the module has them: ``array[uint8]``, ``str`` for a `Literal`."""
    text = re.sub(r"npt\.NDArray\[np\.(\w+)\]", r"array[\1]", signature(function))
    return re.sub(rf"\b({'|'.join(TYPE_ALIASES)})\b", "str", text)


def signature_of_module(function: object) -> str:
    r"""Read nanobind's signature, ``def name(a: int, *, b: str = \0) -> int``, and its default values."""
    ((text, _, defaults),) = function.__nb_signature__  # one: no overloads
    text = re.sub(r"(numpy\.)?ndarray\[dtype=(\w+)[^\[\]]*\]", r"array[\2]", text)
    text = re.sub(r"\b(beholder\._core|collections\.abc)\.", "", text)
    values = [tuple(value) if isinstance(value, list) else value for value in defaults or ()]
    text = re.sub(r"\\(\d+)", lambda at: repr(values[int(at[1])]), text)
    parsed = ast.parse(text.replace("def (", "def property(") + ": ...").body[0]
    assert isinstance(parsed, ast.FunctionDef)
    return signature(parsed)


FUNCTIONS = [(None, node) for node in STUBS.body if isinstance(node, ast.FunctionDef)] + [
    (owner, node)
    for owner in CLASSES.values()
    for node in owner.body
    if isinstance(node, ast.FunctionDef) and (node.name == "__init__" or not node.name.startswith("_"))
]


def test_names_are_those_of_the_module() -> None:
    assert public(names_of(STUBS.body)) - TYPE_ALIASES == public(set(vars(_core)))


@pytest.mark.parametrize("name", CLASSES)
def test_members_are_those_of_the_class(name: str) -> None:
    assert public(names_of(CLASSES[name].body)) == public(set(vars(getattr(_core, name))))


@pytest.mark.parametrize(
    ("owner", "stub"), FUNCTIONS, ids=[f"{o.name}.{f.name}" if o else f.name for o, f in FUNCTIONS]
)
def test_signatures_are_those_of_the_module(owner: ast.ClassDef | None, stub: ast.FunctionDef) -> None:
    found = getattr(_core if owner is None else getattr(_core, owner.name), stub.name)
    is_property = isinstance(found, property)
    assert is_property == bool(stub.decorator_list)
    assert signature_of_stub(stub) == signature_of_module(found.fget if is_property else found)
