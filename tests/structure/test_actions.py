"""Every action leaves a trace, and takes the time from outside."""

import ast

from source import modules

# Not business steps of their own; each is called by one that records.
NOT_STEPS = {
    "audit/actions.py:record": "is the record",
    "clocks/actions.py:touch": "part of the step that changed something",
}


def actions() -> dict[str, ast.FunctionDef]:
    return {
        f"{name}:{node.name}": node
        for name, tree in modules().items()
        if name.endswith("/actions.py") or "/actions/" in name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def called(node: ast.AST) -> set[str]:
    calls = [found.func for found in ast.walk(node) if isinstance(found, ast.Call)]
    plain = {call.id for call in calls if isinstance(call, ast.Name)}
    return plain | {call.attr for call in calls if isinstance(call, ast.Attribute)}


def test_every_action_writes_an_audit_row() -> None:
    known = actions()
    recording = {"record"}
    for _round in range(6):
        recording |= {name.split(":")[1] for name, node in known.items() if called(node) & recording}
    silent = [
        name
        for name, node in known.items()
        if not node.name.startswith("_") and node.name not in recording and name not in NOT_STEPS
    ]
    assert silent == []


def test_every_action_takes_keyword_arguments_and_the_time() -> None:
    wrong = []
    for name, node in actions().items():
        if node.name.startswith("_") or name in NOT_STEPS:
            continue
        names = {argument.arg for argument in node.args.kwonlyargs}
        if node.args.args or not names & {"now", "real_now", "at"}:
            wrong.append(name)
    assert wrong == []
