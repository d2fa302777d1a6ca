"""A first list of words that service complaints are written in, by matter."""

from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML


@cache
def starter_words() -> dict[str, list[str]]:
    """Return matter -> words, as the shipped list has them."""
    text = (files("guanlan.watch") / "starter.yaml").read_text("utf-8")
    listed: dict[str, list[str]] = YAML(typ="safe").load(text)
    return listed
