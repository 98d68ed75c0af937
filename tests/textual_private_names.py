"""Finds where our code uses a private part of Textual."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.widgets import Input, Static

TEXTUAL_CLASSES: tuple[type, ...] = (App, Screen, ScrollView, Static, Input, LinuxDriver, XTermParser, Event)
"""Classes that ours derive from or use; their bases are included."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@cache
def class_attributes(kind: type) -> frozenset[str]:
    """Names that a class of Textual and its bases define, on the class or on `self`."""
    names: set[str] = set()
    for base in kind.__mro__:
        if base.__module__.partition(".")[0] == "textual":
            names |= vars(base).keys()
            tree = ast.parse(dedent(inspect.getsource(base)))
            names |= {node.attr for node in ast.walk(tree) if _is_set_on_self(node)}  # type: ignore[attr-defined]
    return frozenset(names)


def _is_set_on_self(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


@cache
def private_names() -> frozenset[str]:
    """All private names of the classes of Textual."""
    return frozenset(name for kind in TEXTUAL_CLASSES for name in class_attributes(kind) if is_private(name))


def private_uses(path: Path) -> set[str]:
    """Private parts of Textual that this file uses: names of attributes, and `module.name` of imports."""
    return set(_private_uses_in_tree(ast.parse(path.read_text())))


def _private_uses_in_tree(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from filter(_is_private_module, (alias.name for alias in node.names))
            case ast.ImportFrom(module=str(module)):
                names = (f"{module}.{alias.name}" for alias in node.names)
                yield from filter(_is_private_module, names)
            case ast.Attribute(value=ast.Name(id="os")):
                pass
            case ast.Attribute(attr=name) if name in private_names():
                yield name
            case ast.Call(
                func=ast.Name(id="getattr" | "hasattr" | "setattr"),
                args=[_, ast.Constant(value=str(name)), *_],
            ):
                yield from {name} & private_names()
            case ast.ClassDef():
                yield from private_names().intersection(_own_definitions(node))


def _is_private_module(name: str) -> bool:
    first, *rest = name.split(".")
    return first == "textual" and any(map(is_private, rest))


def _own_definitions(node: ast.ClassDef) -> Iterator[str]:
    """Names that a class body defines: they override what Textual has of the same name."""
    for statement in node.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
