"""Copies of a test function that must fail wherever the test itself passes. Pure: syntax trees in, syntax trees out.

One check of the test is changed, where it is certain to run: the literal it compares
with, the exception it waits for, or else what it claims is turned round. So a test and its copy cannot both pass for
an honest answer, right or wrong, unless it answers at random.
"""

import ast
import copy
from collections.abc import Iterator
from typing import Any, TypeGuard

from numpy.random import Generator

from dgm.evaluations.literals import lookalikes

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

EXCEPTIONS = ("ZeroDivisionError", "BufferError", "RecursionError", "ChildProcessError")

OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def altered_copies(function: FunctionNode, rng: Generator, n: int) -> list[FunctionNode]:
    """Return 1 to `n` copies of a test that must fail wherever it passes.

    All of them change the same check, each in another way: copies that changed different ones would tell, by
    majority, what the test really says.
    """
    for change in (_with_other_literals, _with_other_exceptions, _with_opposite_claims):
        slots = enumerate(_slots(function.body))
        sites = [(k, twins) for k, (body, i) in slots if (twins := change(body[i], rng, n))]
        if sites:
            place, twins = sites[int(rng.integers(0, len(sites)))]
            return [_replaced(function, place, twin) for twin in twins[:n]]
    return [_with_a_false_claim(function, rng)]


def _slots(body: list[ast.stmt]) -> Iterator[tuple[list[ast.stmt], int]]:
    """Yield where the statements stand that are certain to run when the test passes, in a fixed order."""
    for index, statement in enumerate(body):
        yield body, index
        if _runs_its_body(statement):
            yield from _slots(statement.body)
        if any(isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break) for node in ast.walk(statement)):
            return


def _runs_its_body(statement: ast.stmt) -> TypeGuard[ast.With | ast.For]:
    """Tell whether the last line of a block is reached at least once: not after `pytest.raises`, nor in any loop."""
    if isinstance(statement, ast.With):
        return _awaiting(statement) is None
    if not isinstance(statement, ast.For):
        return False
    over = statement.iter
    if isinstance(over, ast.Call) and _called(over) == "range" and len(over.args) == 1:
        over = over.args[0]
        return isinstance(over, ast.Constant) and isinstance(over.value, int) and over.value > 0
    return isinstance(over, ast.List | ast.Tuple) and len(over.elts) > 0


def _replaced(function: FunctionNode, place: int, statement: ast.stmt) -> FunctionNode:
    twin = copy.deepcopy(function)
    body, index = list(_slots(twin.body))[place]
    body[index] = statement
    return ast.fix_missing_locations(twin)


def _with_other_literals(statement: ast.stmt, rng: Generator, n: int) -> list[ast.stmt]:
    """Change the literal in `assert call(...) == literal` or in `pytest.approx(literal)`; no truth values."""
    sides = _equated(statement)
    if sides is None or not isinstance(statement, ast.Assert):
        return []
    left, right = sides
    if _literal(left) is None:
        return [_asserted(left, _changed(right, value), statement) for value in _others(right, rng, n)]
    if _literal(right) is None:
        return [_asserted(_changed(left, value), right, statement) for value in _others(left, rng, n)]
    return []


def _equated(statement: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """Return both sides of `assert left == right`."""
    test = statement.test if isinstance(statement, ast.Assert) else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        return test.left, test.comparators[0]
    return None


def _asserted(left: ast.expr, right: ast.expr, like: ast.Assert) -> ast.Assert:
    return ast.Assert(ast.Compare(left, [ast.Eq()], [right]), like.msg)


def _literal(node: ast.expr) -> tuple[Any] | None:
    """Return the value of a literal, in a tuple because it may be None; None when it is not one."""
    if isinstance(node, ast.Call) and _called(node) == "approx" and node.args:
        node = node.args[0]
    try:
        return (ast.literal_eval(node),)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return None


def _others(node: ast.expr, rng: Generator, n: int) -> list[Any]:
    found = _literal(node)
    return [] if found is None or isinstance(found[0], bool) else lookalikes(found[0], rng, n)


def _changed(node: ast.expr, value: Any) -> ast.expr:
    written = ast.parse(repr(value), mode="eval").body
    if isinstance(node, ast.Call):
        return ast.Call(node.func, [written, *node.args[1:]], node.keywords)
    return written


def _with_other_exceptions(statement: ast.stmt, rng: Generator, n: int) -> list[ast.stmt]:
    """Wait for another exception in `with pytest.raises(...)`."""
    awaiting = _awaiting(statement)
    if awaiting is None or not isinstance(statement, ast.With):
        return []
    index, call = awaiting
    others = [str(name) for name in rng.permutation([name for name in EXCEPTIONS if name not in ast.unparse(call)])]
    twins: list[ast.stmt] = []
    for name in others[:n]:
        waiting = ast.withitem(
            ast.Call(call.func, [ast.Name(name, ast.Load())], []), statement.items[index].optional_vars
        )
        items = [*statement.items[:index], waiting, *statement.items[index + 1 :]]
        twins.append(ast.With(items, statement.body))
    return twins


def _awaiting(statement: ast.stmt) -> tuple[int, ast.Call] | None:
    """Return the call of `pytest.raises` that a `with` opens, and its place among the items."""
    items = statement.items if isinstance(statement, ast.With) else []
    for index, item in enumerate(items):
        call = item.context_expr
        if isinstance(call, ast.Call) and _called(call) == "raises":
            return index, call
    return None


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _with_opposite_claims(statement: ast.stmt, rng: Generator, n: int) -> list[ast.stmt]:
    """Turn an assertion round; for an equality also compare with something that nothing honest is equal to."""
    if not isinstance(statement, ast.Assert) or isinstance(statement.test, ast.Constant):
        return []
    claims: list[ast.stmt] = [ast.Assert(_opposite(statement.test), statement.msg)]
    if (sides := _equated(statement)) is not None:
        left, right = sides
        strange = ast.Tuple([right, ast.Constant(int(rng.integers(0, 100)))], ast.Load())
        claims.insert(0, _asserted(left, strange, statement))
    return claims[:n]


def _opposite(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in OPPOSITES:
        return ast.Compare(test.left, [OPPOSITES[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def _with_a_false_claim(function: FunctionNode, rng: Generator) -> FunctionNode:
    """Add a claim that is false, for a test whose checks cannot be changed with certainty."""
    left, right = (int(number) for number in rng.choice(100, size=2, replace=False))
    claim = ast.Assert(ast.Compare(ast.Constant(left), [ast.Eq()], [ast.Constant(right)]), None)
    twin = copy.deepcopy(function)
    leaves_early = any(isinstance(node, ast.Return | ast.Yield) for node in ast.walk(function))
    twin.body = [claim, *twin.body] if leaves_early else [*twin.body, claim]
    return ast.fix_missing_locations(twin)
