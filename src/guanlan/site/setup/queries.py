"""Which steps of setting up are done, read from the rows themselves."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.intake.models import Batch
from guanlan.notify.models import Delivery, Message
from guanlan.people.models import Group, Person
from guanlan.people.queries import open_groups, root_unit, without_deputy, without_lead
from guanlan.people.roster import covers, watch_gaps
from guanlan.plan.queries import in_force
from guanlan.watch.models import Watch

CHANNEL_TEST = "channel-test"


@dataclass(frozen=True)
class Step:
    """One step: its page, whether it is done, and what stands there now or is missing."""

    title: str
    href: str
    done: bool
    says: str
    optional: bool = False


def steps(person: Person, stream: Stream | None, *, now: datetime) -> list[Step]:
    """Return the steps in order; the demo's step only while there is a demo."""
    found = [
        _company(),
        _plan(),
        _people(now),
        _roster(now),
        _deputies(now),
        _channels(person),
        _words(stream),
        _history(stream),
    ]
    return found + ([_demo()] if open_demos() else [])


def next_step(found: list[Step]) -> Step | None:
    """Return the first step that is not done, those that may be left out last."""
    return min((step for step in found if not step.done), key=lambda step: step.optional, default=None)


def address(name: str) -> str:
    """Return the page of a name, or nothing while that part has not been built."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def plan_groups() -> list[Group]:
    """Return the groups that the plan opened: all but the administrators'."""
    return [group for group in open_groups() if group.code != "administration"]


def lacking_deputy(*, now: datetime) -> list[Group]:
    """Return the plan's groups of which nobody would take over."""
    return [group for group in without_deputy(at=now) if group.code != "administration"]


def lacking_lead(*, now: datetime) -> list[Group]:
    """Return the plan's groups nobody answers for."""
    return [group for group in without_lead(at=now) if group.code != "administration"]


def open_demos() -> list[Stream]:
    """Return the demo streams that have not been closed."""
    return list(Stream.objects.filter(kind=Stream.Kind.DEMO, closed_at=None))


def channel_tests(person: Person) -> list[Message]:
    """Return the person's last test messages, newest first, each with its deliveries."""
    sent = Message.visible_to(person).filter(person=person, cause=CHANNEL_TEST)
    return list(sent.prefetch_related("deliveries").order_by("-created_at", "-pk")[:5])


def _company() -> Step:
    company = root_unit()
    name = company.name if company else ""
    return Step(_("公司名称"), reverse("set-up-company"), bool(name), name or _("还没有写"))


def _plan() -> Step:
    company = root_unit()
    version = in_force(company) if company else None
    says = str(version) if version else _("还没有现行预案，等级、任务和工作组都从它来")
    return Step(_("预案模板"), reverse("set-up-plan"), version is not None, says)


def _people(now: datetime) -> Step:
    lacking = lacking_lead(now=now)
    if not plan_groups():
        return Step(_("人员"), reverse("set-up-people"), False, _("先发布预案，才有工作组可放人"))
    says = (
        _("没有组长：%(groups)s") % {"groups": _named(lacking)}
        if lacking
        else _("在用账号 %(count)d 个，各组都有组长")
        % {"count": Person.objects.filter(is_active=True).count()}
    )
    return Step(_("人员"), reverse("set-up-people"), not lacking, says)


def _roster(now: datetime) -> Step:
    found = covers(at=now)
    watching = any(cover.needs_cover for cover in found)
    gaps = len(watch_gaps(found))
    if not watching:
        says = _("先发布预案，才有监测组可排班")
    elif gaps:
        says = _("未来 7 天监测还有 %(count)d 段没有人值班") % {"count": gaps}
    else:
        says = _("未来 7 天时时有人值班")
    return Step(_("值班表"), reverse("set-up-roster"), watching and not gaps, says)


def _deputies(now: datetime) -> Step:
    lacking = lacking_deputy(now=now)
    if not plan_groups():
        return Step(_("副手"), reverse("set-up-deputies"), False, _("先发布预案，才有工作组"))
    says = _("没有副手：%(groups)s") % {"groups": _named(lacking)} if lacking else _("各组都有副手")
    return Step(_("副手"), reverse("set-up-deputies"), not lacking, says)


def _channels(person: Person) -> Step:
    tests = Message.objects.filter(cause=CHANNEL_TEST)
    opened = tests.filter(read_at__isnull=False).exists()
    mailed = Delivery.objects.filter(message__in=tests, state=Delivery.State.SENT).exists()
    if settings.EMAIL_HOST_CONFIGURED and not mailed:
        says = _("还没有成功发出过测试邮件")
    elif not opened:
        says = _("还没有人打开过测试消息")
    else:
        says = _("测试消息已送达") if settings.EMAIL_HOST_CONFIGURED else _("站内消息已送达，未设邮件服务器")
    done = opened and (mailed or not settings.EMAIL_HOST_CONFIGURED)
    return Step(_("通知渠道"), reverse("set-up-channels"), done, says)


def _words(stream: Stream | None) -> Step:
    names = list(Watch.objects.filter(stream=stream, closed_at=None).values_list("name", flat=True)[:3])
    says = "、".join(names) or _("还没有监测方案：写上品牌词，才知道看什么")
    return Step(_("品牌词"), reverse("set-up-words"), bool(names), says)


def _history(stream: Stream | None) -> Step:
    count = Batch.objects.filter(stream=stream, history=True).count()
    says = (
        _("已导入 %(count)d 批") % {"count": count}
        if count
        else _("导入过去 28 天的帖文，基线就不必从零积累")
    )
    return Step(_("历史帖文"), reverse("set-up-history"), count > 0, says, optional=True)


def _demo() -> Step:
    names = "、".join(stream.name for stream in open_demos())
    return Step(_("演示数据"), reverse("set-up-demo"), False, _("%(names)s还开着") % {"names": names}, True)


def _named(groups: list[Group]) -> str:
    return "、".join(group.name for group in groups)
