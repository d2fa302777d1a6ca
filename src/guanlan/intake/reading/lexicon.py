"""The tables of Chinese words beside this package, read once."""

from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@cache
def table(name: str) -> dict[str, Any]:
    """Return the table `name`.yaml of this package, e.g. table("words")["units"]."""
    text = files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = YAML(typ="safe").load(text)
    return loaded


@cache
def words(name: str, key: str) -> frozenset[str]:
    """Return one list of a table as a set, for membership."""
    return frozenset(table(name)[key])
