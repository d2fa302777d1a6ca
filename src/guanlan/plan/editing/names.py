"""How the parts of a plan are named where one is chosen, listed or spoken of."""

from typing import Any

from django.utils.translation import gettext as _

from guanlan.people.models import Function
from guanlan.plan.document import Group, Notification, PlanDocument, Role, keys
from guanlan.plan.editing.labels import CHOICES
from guanlan.plan.editing.shapes import Section, Shape
from guanlan.plan.fields import Part
from guanlan.plan.levels import Level
from guanlan.plan.screens import clause_numbers
from guanlan.plan.wording import announced, kind_name, level_names, level_word, step_name

Option = tuple[str, str]

LONGEST_DETAIL = 60


def section_name(section: Section) -> str:
    """What a part of the plan is called."""
    return {
        "meta": _("名称与公告"),
        "groups": _("组和岗位"),
        "levels": _("等级与时限"),
        "criteria": _("定级准则"),
        "triggers": _("直接触发"),
        "duties": _("职责"),
        "notifications": _("通知"),
        "approvals": _("审批流程"),
        "statements": _("声明模板"),
        "answers": _("答复口径模板"),
        "drills": _("演练"),
        "surveys": _("满意度调查"),
        "training": _("培训"),
        "stand_down": _("终止条件"),
        "rewards": _("奖励"),
        "accountability": _("问责"),
        "support": _("保障"),
        "chapters": _("章节条款"),
        "validity": _("有效期与修订"),
        "interpretation": _("解释权"),
    }.get(section.name, section.name)


def options(shape: Shape, plan: PlanDocument) -> list[Option]:
    """Return what may be chosen in a box, each with its name."""
    if shape.codes:
        return [(code, code_name(shape.name, code)) for code in shape.codes]
    match shape.points_at:
        case "group":
            return [(group.key, group.name) for group in plan.organisation.groups]
        case "role":
            return [
                (role.key, _("%(group)s：%(role)s") % {"group": group.name, "role": role.name})
                for group in plan.organisation.groups
                for role in group.roles
            ]
        case "level":
            return [(level.key, f"{level_word(level.key)} {level.name}") for level in plan.by_rank]
        case "clause":
            return _clauses(plan)
    return [(code, str(name)) for code, name in CHOICES[shape.points_at].items()]


def _clauses(plan: PlanDocument) -> list[Option]:
    numbers = clause_numbers(plan)
    return [
        (clause.key, f"{numbers[clause.key]} {clause.title}")
        for chapter in plan.chapters
        for clause in chapter.clauses
    ]


def code_name(field: str, code: str) -> str:
    """What a code in a field is called."""
    if field in CHOICES:
        return str(CHOICES[field].get(code, code))
    if field == "function":
        return str(Function(code).label)
    return step_name(code) if field in ("step", "meets") else kind_name(code)  # type: ignore[arg-type]


def title(part: Part) -> str:
    """What a part is called in a list; a notice, which has no name, by when it goes out."""
    if isinstance(part, Notification):
        when = announced(part.after_minutes, part.repeat_minutes, part.repeat_times)
        return _("%(levels)s：%(when)s") % {"levels": level_names(part.levels), "when": when}
    named = getattr(part, "name", "") or getattr(part, "title", "")
    if isinstance(part, Level):
        return f"{level_word(part.key)} {named}"
    if not named and hasattr(part, "step"):
        return step_name(part.step)
    return str(named)


def detail(part: Part, plan: PlanDocument) -> str:
    """What a list says of a part beside its name."""
    words = []
    if isinstance(part, Group):
        words.append(_("、").join(role.name for role in part.roles))
    group = getattr(part, "group", None)
    if group is not None:
        words.append(plan.groups[group].name if group in plan.groups else group)
    if isinstance(part, Notification):
        words.append(_("、").join(role_name(key, plan) for key in part.roles))
    if not isinstance(part, Notification | Group):
        texts = (
            getattr(part, field, "") for field in ("meaning", "action", "text", "body", "aim", "content")
        )
        words.extend(filter(None, (*texts, _clause_titles(part))))
    whole = " ".join("，".join(words).split())
    return whole if len(whole) <= LONGEST_DETAIL else whole[:LONGEST_DETAIL] + "…"


def _clause_titles(part: Part) -> str:
    return _("、").join(clause.title for clause in getattr(part, "clauses", ()))


def role_name(key: str, plan: PlanDocument) -> str:
    """The name of a role, or its key where there is no such role."""
    roles: dict[str, Role] = plan.roles
    return roles[key].name if key in roles else key


def by_key(plan: PlanDocument) -> dict[str, str]:
    """Return the name of every part that has a key."""
    found = {key: key for key in keys(plan)}
    found |= {key: name for key, name in _named(plan)}
    return found


def _named(node: Any) -> Any:
    for field in type(node).model_fields:
        value = getattr(node, field)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, Part):
                name = title(child)
                if name and hasattr(child, "key"):
                    yield child.key, name
                yield from _named(child)
