"""What is read of the database is the same each time: nothing is left to the order in which it lies there."""

import ast

import pytest

from tests.conftest import ROOT

FILES = sorted((ROOT / "bot" / "store").glob("*.py"))


def unordered(source):
    """The lines of `source` that take some rows of a query without an order, or one row of perhaps several."""
    tree = ast.parse(source)
    known = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        one = node.func.attr in ("first", "scalar") and not node.args
        some = node.func.attr in ("limit", "fetch") and not is_ordered(node.func.value, known)
        if one or some:
            yield node.lineno


def is_ordered(query, known, seen=()):
    for node in ast.walk(query):
        if isinstance(node, ast.Attribute) and node.attr == "order_by":
            return True
        known_name = isinstance(node, ast.Name) and node.id in known and node.id not in seen
        if known_name and is_ordered(known[node.id], known, (*seen, node.id)):
            return True
    return False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_row_that_is_picked_is_picked_by_an_order(path):
    assert list(unordered(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("x = execute(select(a).where(b).limit(1))", [1]),
        ("q = select(a)\nexecute(q.limit(1))", [2]),
        ("q = select(a).order_by(a.c.id)\nexecute(q.where(b).limit(1))", []),
        ("execute(select(a)).first()", [1]),
        ("execute(select(a)).one_or_none()", []),  # which refuses two
    ],
)
def test_the_test_itself_sees_what_it_looks_for(source, lines):
    assert list(unordered(source)) == lines
