"""What is compared of the plan itself, its groups and roles."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guanlan.people.models import Function
from guanlan.plan.comparing.facets import Row, groups, plain, roles, text, yes
from guanlan.plan.document import PlanDocument


def meta(plan: PlanDocument) -> Iterator[Row]:
    """Yield what the plan says of itself."""
    meta = plan.meta
    facets = {
        _("标识"): text(meta.key),
        _("名称"): text(meta.name),
        _("版本号"): text(meta.version),
        _("公司"): text(meta.company),
        _("摘要"): text(meta.summary),
        _("公告"): text(meta.announcement),
    }
    yield Row("meta", "", meta.name, _("预案"), facets)


def organisation(plan: PlanDocument) -> Iterator[Row]:
    """Yield the groups, each followed by its roles."""
    for group in plan.organisation.groups:
        facets = {
            _("名称"): text(group.name),
            _("职能"): text(str(Function(group.function).label)),
            _("任务"): text(group.purpose),
            _("上级"): groups([group.part_of] if group.part_of else [], plan),
        }
        yield plain(group.key, _("组"), group.name, facets, group.purpose)
        for role in group.roles:
            facets = {
                _("名称"): text(role.name),
                _("是否负责人"): yes(role.lead),
                _("替补"): roles(role.deputies, plan),
                _("所在组"): groups([group.key], plan),
            }
            subject = _("{group} 岗位“{role}”的").format(group=group.name, role=role.name)
            owner = _("{group} ").format(group=group.name)
            yield Row(role.key, _("岗位"), role.name, subject, facets, owner)
