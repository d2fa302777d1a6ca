"""The product's own source, parsed once."""

import ast
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "guanlan"


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the product but migrations, by its path below the package."""
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]
    return {str(path.relative_to(PACKAGE)): ast.parse(path.read_text("utf-8")) for path in paths}


def layers() -> list[set[str]]:
    """Return the order of the house from the import contract, top first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return [{name.strip(" ()") for name in layer.split("|")} for layer in contracts[0]["layers"]]
