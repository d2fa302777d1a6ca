"""The documents name only what exists: functions, classes, commands, targets, files, and the order."""

import argparse
import ast
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from source import PACKAGE, ROOT, layers, modules

from guanlan.cli import _parser

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))

FENCED = re.compile(r"^```.*?\n(.*?)^```", re.M | re.S)
INDENTED = re.compile(r"^ {4}(\S.*)$", re.M)
INLINE = re.compile(r"`([^`\n]+)`")

DOTTED = re.compile(r"(?:guanlan\.)?([a-z_]+(?:\.[A-Za-z_]\w*)+)")
FULL = re.compile(r"\bguanlan\.([a-z_]+(?:\.[A-Za-z_]\w*)*)")
FILE_ENDINGS = {"py", "md", "toml", "yaml", "json", "lock", "txt", "csv"}
PLACES = {"src", "docs", "plans", "tests", "scripts", "frontend", ".ci"}
HOUSE = set().union(*layers())
UNBUILT = "尚未实现"


def code(text: str) -> list[str]:
    """Return what stands as code: inline, and line by line in blocks."""
    blocks = FENCED.findall(text)
    rest = FENCED.sub("", text)
    lines = [line for block in blocks for line in block.splitlines()]
    return [*lines, *INDENTED.findall(rest), *INLINE.findall(rest)]


def names(text: str) -> set[str]:
    """Return the dotted names of the house, without their leading `guanlan.`."""
    found = {match for piece in code(text) for match in FULL.findall(piece)}
    for piece in code(text):
        whole = DOTTED.fullmatch(piece)
        if whole and whole[1].split(".")[0] in HOUSE:
            found.add(whole[1])
    return {name for name in found if name.split(".")[-1] not in FILE_ENDINGS}


def missing(found: set[str]) -> Iterator[str]:
    for name in sorted(found):
        try:
            pkgutil.resolve_name(f"guanlan.{name}")
        except (ImportError, AttributeError) as reason:
            yield f"{name}: {reason}"


@EACH
def test_every_dotted_name_exists(document: Path) -> None:
    assert list(missing(names(document.read_text("utf-8")))) == []


def called(text: str, program: str) -> set[str]:
    """Return the words that follow a program's name in code."""
    pattern = re.compile(rf"(?:^|[\s/]){program} ([a-z][a-z-]*)")
    return {match for piece in code(text) for match in pattern.findall(piece.split("#")[0])}


@EACH
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert called(document.read_text("utf-8"), "make") <= targets


@EACH
def test_every_command_exists(document: Path) -> None:
    choices = [
        set(action.choices) for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)
    ]
    assert called(document.read_text("utf-8"), "guanlan") <= set().union(*choices)


@EACH
def test_every_file_and_link_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [document.parent / link for link in re.findall(r"\]\(([^)#:\s]+)\)", text)]
    paths = [
        ROOT / piece
        for piece in INLINE.findall(text)
        if re.fullmatch(r"[\w./-]+", piece) and piece.split("/")[0] in PLACES and "/" in piece
    ]
    assert [str(path) for path in links + paths if not path.exists()] == []


def test_the_checks_see_something() -> None:
    written = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    assert len(names((ROOT / "docs" / "tour.md").read_text("utf-8"))) >= 30
    assert {"demo", "test", "check"} <= called(written, "make")
    assert {"up", "import", "verify"} <= called(written, "guanlan")


def test_the_tour_passes_every_stage_of_the_main_flow() -> None:
    stages = next(
        node.value
        for node in modules()["flow.py"].body
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "STAGES"
    )
    assert isinstance(stages, ast.Tuple)
    wanted = {stage.id for stage in stages.elts if isinstance(stage, ast.Name)}
    tour = (ROOT / "docs" / "tour.md").read_text("utf-8")
    assert wanted
    assert wanted <= {piece.split(".")[-1] for piece in code(tour)}


def glossary() -> list[tuple[str, str]]:
    """Return the (term, code name) cells of the glossary's rows."""
    rows = re.findall(
        r"^\|([^|]+)\|([^|]+)\|[^|]+\|$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.M
    )
    return [(term.strip(), cell.strip()) for term, cell in rows if re.search(r"[\u4e00-\u9fff]", term)]


def classes() -> set[str]:
    """Return every class of every models module."""
    return {
        node.name
        for name, tree in modules().items()
        if name.endswith("/models.py") or "/models/" in name
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def test_every_class_of_the_glossary_is_a_model() -> None:
    named = {name for _term, cell in glossary() for name in re.findall(r"`([A-Z]\w*)`", cell)}
    assert len(named) >= 20
    assert named - classes() == set()


def test_what_the_glossary_calls_unbuilt_is_not_built() -> None:
    unbuilt = {
        name for _term, cell in glossary() if UNBUILT in cell for name in re.findall(r"[A-Z][A-Za-z]+", cell)
    }
    assert unbuilt
    assert unbuilt & classes() == set()


def test_the_architecture_tells_the_order_of_the_import_contract() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    block = next(found for found in FENCED.findall(text) if "cli" in found and "engine" in found)
    told = [{name.strip() for name in layer.split("|")} for layer in re.sub(r"\s+", " ", block).split("·")]
    assert told == layers()


def test_the_architecture_calls_unbuilt_exactly_what_is_not_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    line = re.search(r"^Not built yet: (.+)\.$", text, re.M)
    assert line is not None
    there = {path.stem for path in PACKAGE.iterdir()}
    assert set(INLINE.findall(line[1])) == HOUSE - there
