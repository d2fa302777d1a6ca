"""Writes a plan's content as YAML, in the document's own order."""

import io
from gettext import gettext as _
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from guanlan.errors import BadInput
from guanlan.plan.document import PlanDocument
from guanlan.plan.reading import BadPlan, read


class Unwritable(BadInput):
    """The content does not fit into a plan's file."""


def written(plan: PlanDocument) -> str:
    """Return YAML that reads as exactly this plan. What is left at its default is not written."""
    plain = plan.model_dump(mode="json", exclude_defaults=True)
    for prepare in (_in_blocks, _as_it_is):
        source = _dumped(prepare(plain))
        if _reads_as(source, plan):
            return source
    raise Unwritable(_("预案太长，或有写不进文件的字符，没有保存。请删短，或去掉粘贴进来的特殊符号。"))


def _dumped(plain: Any) -> str:
    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(plain, stream)
    return stream.getvalue()


def _in_blocks(plain: Any) -> Any:
    """Write texts of several lines as blocks, so that they can be read."""
    if isinstance(plain, dict):
        return {key: _in_blocks(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_in_blocks(value) for value in plain]
    return LiteralScalarString(plain) if isinstance(plain, str) and "\n" in plain else plain


def _as_it_is(plain: Any) -> Any:
    return plain


def _reads_as(source: str, plan: PlanDocument) -> bool:
    try:
        return read(source.encode(), "plan.yaml").document == plan
    except BadPlan:
        return False
