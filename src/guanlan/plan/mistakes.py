"""Says in Chinese what the schema found wrong."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from gettext import gettext as _
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from guanlan.plan.document import PlanDocument

Path = tuple[str | int, ...]


def explain(
    error: ValidationError, called: Callable[[Path], str] | None = None
) -> Iterator[tuple[Path, str]]:
    """Yield (path, sentence) for each mistake.

    The path leads to the value; to an unknown name, with "" behind it; to the mapping,
    where something is missing in it. `called` says what the value at a path is called; else
    it is the name in the file.
    """
    called = called or _name_in_file
    for detail in error.errors():
        path = tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "extra_forbidden":
            yield (*path, ""), _unknown(path)
        elif detail["type"] == "missing":
            yield path[:-1], _("这里缺少“{name}”。").format(name=path[-1])
        else:
            yield path, _wrong(called(path), detail)


def _name_in_file(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _unknown(path: Path) -> str:
    name = str(path[-1])
    guess = get_close_matches(name, _fields(path[:-1]), n=1)
    if guess:
        return _("不认识“{name}”，是不是“{guess}”？").format(name=name, guess=guess[0])
    return _("不认识“{name}”，请删去。").format(name=name)


def _fields(path: Path) -> list[str]:
    """The names that may stand in the mapping at `path`."""
    model: type[BaseModel] = PlanDocument
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field's annotation holds, in a tuple, a mapping or by itself."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _wrong(name: str, detail: ErrorDetails) -> str:
    limits = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        return _one_of(name, detail)
    sentence = _sentences().get(detail["type"], _("“{name}”写法不对，请参照随附的预案。"))
    return sentence.format(name=name, **{key: value for key, value in limits.items() if key != "name"})


def _one_of(name: str, detail: ErrorDetails) -> str:
    choices = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    value = _("空") if detail["input"] is None else str(detail["input"])
    guess = get_close_matches(value, choices, n=1)
    sentence = _("“{name}”不能是“{value}”，只能是 {choices}。").format(
        name=name, value=value, choices=_("、").join(choices)
    )
    return sentence + (_("是不是“{guess}”？").format(guess=guess[0]) if guess else "")


def _sentences() -> dict[str, str]:
    whole_number = _("“{name}”应是整数。")
    rows = _("“{name}”应是一个列表。")
    mapping = _("“{name}”应是一组“键: 值”。")
    return {
        "int_type": whole_number,
        "int_parsing": whole_number,
        "int_from_float": whole_number,
        "greater_than_equal": _("“{name}”不能小于 {ge}。"),
        "less_than_equal": _("“{name}”不能大于 {le}。"),
        "bool_type": _("“{name}”只能是 true 或 false。"),
        "string_type": _("“{name}”应是文字，数字或日期请加引号。"),
        "string_too_short": _("“{name}”不能为空。"),
        "string_too_long": _("“{name}”不能超过 {max_length} 个字符。"),
        "string_pattern_mismatch": _("“{name}”只能用字母、数字，以点或短横线相连。"),
        "tuple_type": rows,
        "too_short": _("“{name}”至少要有 {min_length} 项。"),
        "model_type": mapping,
        "dict_type": mapping,
        "invalid_key": _("冒号左边的名称应是文字，请加引号。"),
        "date_type": _("“{name}”应是日期，如 2026-01-31。"),
        "date_from_datetime_parsing": _("“{name}”应是日期，如 2026-01-31。"),
    }
