"""The permission table and the packages name the same codes."""

import ast

from source import modules

from guanlan.people.permissions import TABLE


def declared() -> set[str]:
    codes = set()
    for name, tree in modules().items():
        if name.endswith("/permissions.py"):
            for node in tree.body:
                value = getattr(node, "value", None)
                if (
                    isinstance(node, ast.Assign)
                    and isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                ):
                    codes.add(value.value)
    return codes


def test_every_code_of_the_table_is_declared_and_the_other_way_round() -> None:
    assert declared() == set(TABLE)
