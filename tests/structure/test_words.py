"""No Chinese literal stands unmarked: what a user reads goes through gettext."""

import ast
import re

from source import PACKAGE, modules

CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "N_"}
# A line may say that its Chinese is material, not interface text, and why.
MATERIAL = "zh-data:"

TAGS = re.compile(
    r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->|<script.*?</script>",
    re.S,
)


def docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def marked(tree: ast.AST) -> set[int]:
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in MARKERS:
                inside |= {id(found) for argument in node.args for found in ast.walk(argument)}
    return inside


def test_no_chinese_literal_stands_unmarked_in_code() -> None:
    unmarked = []
    for name, tree in modules().items():
        lines = (PACKAGE / name).read_text("utf-8").splitlines()
        allowed = docstrings(tree) | marked(tree)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and CJK.search(node.value)
                and id(node) not in allowed
                and MATERIAL not in lines[node.lineno - 1]
                and MATERIAL not in lines[(node.end_lineno or node.lineno) - 1]
                # Punctuation that joins names is no sentence.
                and re.search(r"[\u4e00-\u9fff]", node.value)
            ):
                unmarked.append(f"{name}:{node.lineno} {node.value[:30]}")
    assert unmarked == []


def test_no_chinese_stands_unmarked_in_templates() -> None:
    unmarked = []
    for path in sorted(PACKAGE.rglob("templates/**/*")):
        if path.suffix in (".html", ".txt"):
            bare = TAGS.sub(lambda tag: "\n" * tag.group().count("\n"), path.read_text("utf-8"))
            unmarked += [
                f"{path.relative_to(PACKAGE)}:{number} {line.strip()[:40]}"
                for number, line in enumerate(bare.splitlines(), start=1)
                if re.search(r"[\u4e00-\u9fff]", line)
            ]
    assert unmarked == []
