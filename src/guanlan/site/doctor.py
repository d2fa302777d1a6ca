"""`guanlan doctor`: what is ready here and what is missing, a line each."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from guanlan.audit.queries import breaks
from guanlan.clocks.calendar import PUBLISHED_UNTIL
from guanlan.clocks.edge import real_now
from guanlan.engine.model import Model
from guanlan.people.models import Person
from guanlan.people.queries import root_unit
from guanlan.people.weeks import local_day
from guanlan.plan.queries import in_force
from guanlan.watch.models import Lease

ENOUGH_DISK = 1_000_000_000
CALENDAR_AHEAD = timedelta(days=30)  # the notice for a year comes about seven weeks before it


@dataclass(frozen=True)
class Finding:
    """One thing looked at: is it well, and in a sentence what was found and what to do."""

    well: bool
    sentence: str


def doctor() -> tuple[str, bool]:
    """Return the findings as lines, and whether all is well."""
    findings = [look() for look in LOOKS]
    lines = [f"{_('正常') if finding.well else _('要处理')}  {finding.sentence}" for finding in findings]
    return "\n".join(lines) + "\n", all(finding.well for finding in findings)


def _database() -> Finding:
    waiting = MigrationExecutor(connection)
    plan = waiting.migration_plan(waiting.loader.graph.leaf_nodes())
    words = {"kind": connection.vendor, "count": len(plan)}
    if plan:
        return Finding(False, _("数据库 %(kind)s 有 %(count)d 步没有升级，请运行 guanlan up。") % words)
    return Finding(True, _("数据库 %(kind)s 是最新的。") % words)


def _disk() -> Finding:
    free = shutil.disk_usage(settings.HOME).free
    words = {"free": free // 1_000_000, "home": settings.HOME}
    if free < ENOUGH_DISK:
        return Finding(False, _("%(home)s 只剩 %(free)d MB，请清理磁盘。") % words)
    return Finding(True, _("%(home)s 还有 %(free)d MB。") % words)


def _model() -> Finding:
    return Finding(True, _("立场模型指纹 %(print)s。") % {"print": Model.load().fingerprint[:12]})


def _plan() -> Finding:
    unit = root_unit()
    version = in_force(unit) if unit else None
    if version is None:
        return Finding(False, _("还没有现行预案，请打开“设置”选一份并发布。"))
    if version.expires_date and version.expires_date <= real_now().date():
        return Finding(False, _("预案《%(plan)s》已过有效期，请修订后发布新版。") % {"plan": version})
    return Finding(
        True, _("现行预案《%(plan)s》，有效至 %(until)s。") % {"plan": version, "until": version.expires_date}
    )


def _people() -> Finding:
    count = Person.objects.filter(is_active=True).count()
    if not count:
        return Finding(False, _("还没有人员，请打开“设置”建立第一位管理员。"))
    return Finding(True, _("有 %(count)d 位在用的人员。") % {"count": count})


def _worker() -> Finding:
    lease = Lease.objects.order_by("-until").first()
    if lease is None or lease.until < real_now() - timedelta(minutes=3):
        return Finding(False, _("后台没有在运行，时限和通知都停着，请运行 guanlan up。"))
    return Finding(True, _("后台在运行。"))


def _calendar() -> Finding:
    return calendar_finding(local_day(real_now()))


def calendar_finding(today: date) -> Finding:
    """Say whether the official calendar that is known here reaches far enough beyond a day."""
    words = {"until": PUBLISHED_UNTIL, "year": PUBLISHED_UNTIL.year + 1}
    if today + CALENDAR_AHEAD > PUBLISHED_UNTIL:
        return Finding(
            False,
            _(
                "节假日表只收录到 %(until)s，以后的工作时间按推算。请升级到收录了 %(year)d 年放假安排的版本，"
                "或在“工作时间”页录入。"
            )
            % words,
        )
    return Finding(True, _("节假日表收录到 %(until)s。") % words)


def _audit() -> Finding:
    broken = next(breaks(), None)
    if broken is not None:
        return Finding(False, _("审计链在第 %(number)d 条断开，请运行 guanlan verify。") % {"number": broken})
    return Finding(True, _("审计链完整。"))


LOOKS: tuple[Callable[[], Finding], ...] = (
    _database,
    _disk,
    _model,
    _people,
    _plan,
    _worker,
    _calendar,
    _audit,
)
