"""Edits of Python source by name: what a block defines replaces what has the same name, by line ranges, or is added."""

import ast
import re
from itertools import takewhile
from textwrap import dedent, indent

Import = ast.Import | ast.ImportFrom


def merge(source: str, code: str, name: str = "") -> str:
    """Put the functions, classes, constants and imports of `code` into `source`.

    `name`, as in "Class.method", says in which class a function belongs that stands alone. Raises SyntaxError where
    one of the two cannot be read, LookupError where there is nothing to put.
    """
    code = dedent(code)
    body = [node for node in ast.parse(code).body if key(node)]
    if not body:
        raise LookupError("the block holds no function, class, constant or import")
    owner = "" if any(isinstance(node, ast.ClassDef) for node in body) else name.partition(".")[0]
    for node in body:
        source = _put(source, node, code, owner)
    ast.parse(source)
    return source


def gist(source: str) -> list[str]:
    """Give the statements of `source` without comments, and without imports of what nothing uses."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    idle = [node for node in tree.body if isinstance(node, Import) and used.isdisjoint(re.findall(r"\w+", key(node)))]
    return [ast.unparse(node) for node in tree.body if node not in idle]


def key(node: ast.stmt) -> str:
    """Name what a statement defines, a property's setter apart from its getter; any other statement has no name."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            roles = [ast.unparse(each) for each in node.decorator_list]
            return next((role for role in roles if role.startswith(node.name + ".")), node.name)
        case ast.Assign(targets=[ast.Name() as target]) | ast.AnnAssign(target=ast.Name() as target):
            return target.id
        case ast.Import() | ast.ImportFrom():
            return ast.unparse(node)
    return ""


def _put(source: str, node: ast.stmt, code: str, owner: str) -> str:
    place = _place(ast.parse(source), node, owner)
    old = next((each for each in place.body if key(each) == key(node)), None)
    if isinstance(old, ast.ClassDef) and isinstance(node, ast.ClassDef):
        for member in filter(key, node.body):
            source = _put(source, member, code, node.name)
        return source
    text = _text(code, node, place.body[0].col_offset if place.body else 0)
    lines = source.removesuffix("\n").split("\n")
    if old:
        return "\n".join([*lines[: _first(old)], text, *lines[old.end_lineno :], ""])
    line, space = _gap(place, node, len(lines))
    return "\n".join([*lines[:line], *space, text, *(space if any(lines[line : line + 1]) else []), *lines[line:], ""])


def _place(tree: ast.Module, node: ast.stmt, owner: str) -> ast.Module | ast.ClassDef:
    """Find where a statement belongs: in the class `owner`, in the only class that has it, or in the module."""
    inner = not isinstance(node, Import | ast.ClassDef)
    classes = [each for each in tree.body if inner and isinstance(each, ast.ClassDef)]
    homes = [each for each in classes if each.name == owner]
    if not homes and key(node) not in map(key, tree.body):
        homes = [each for each in classes if key(node) in map(key, each.body)]
    return homes[0] if len(homes) == 1 else tree


def _gap(place: ast.Module | ast.ClassDef, node: ast.stmt, end: int) -> tuple[int, list[str]]:
    """Choose the place of what is new, and the empty lines around it: last in its class or module, or below imports."""
    if isinstance(place, ast.ClassDef):
        return place.body[-1].end_lineno or end, [""]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        last = place.body[-1] if place.body else node
        return (last.lineno - 1 if isinstance(last, ast.If) else end), ["", ""]
    head = list(takewhile(lambda each: isinstance(each, ast.Expr | Import), place.body))
    return (head[-1].end_lineno or 0 if head else 0), [] if isinstance(node, Import) else [""]


def _text(code: str, node: ast.stmt, column: int) -> str:
    """Cut a statement out of its code and move it to a column."""
    text = "\n".join(code.split("\n")[_first(node) : node.end_lineno])
    shift = column - node.col_offset
    return indent(text, " " * shift) if shift > 0 else re.sub(rf"(?m)^ {{0,{-shift}}}", "", text)


def _first(node: ast.stmt) -> int:
    """Count the lines above a statement and its decorators."""
    return min(each.lineno for each in [node, *getattr(node, "decorator_list", [])]) - 1
