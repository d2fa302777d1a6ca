"""Every KPI with its name and its clock in one sentence: from when, until when, what is not counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanlan.review.cases import Case
from guanlan.review.kpis import answering, commanding, ending, finding, telling, working
from guanlan.review.matters import Matter


@dataclass(frozen=True)
class Kpi:
    """One KPI: `clock` is what a department head reads, `of` gives its cases in one event."""

    code: str
    name: str | Promise
    clock: str | Promise
    of: Callable[[Matter, datetime], Iterator[Case]]


@dataclass(frozen=True)
class Part:
    """The KPIs of one stage of the response."""

    name: str | Promise
    kpis: tuple[Kpi, ...]


PARTS = (
    Part(
        _("发现与研判"),
        (
            Kpi(
                "lag",
                _("发现滞后"),
                _("从首帖发布，到系统告知值班或有人先行研判；作为历史导入的帖文不计。没有时限，只看长短。"),
                finding.whole_lag,
            ),
            Kpi(
                "crawl-lag",
                _("其中：抓取滞后"),
                _("从首帖发布，到第一条帖文收进系统；慢在来源和抓取。作为历史导入的帖文不计。"),
                finding.crawl_lag,
            ),
            Kpi(
                "detection-lag",
                _("其中：识别滞后"),
                _("从第一条帖文收进系统，到系统告知值班或有人先行研判；慢在攒够判据。"),
                finding.detection_lag,
            ),
            Kpi(
                "triage",
                _("研判用时"),
                _(
                    "从系统告知值班，到第一次有人定级；时限取系统所算等级的“研判定级”。误报、没等信号就先定级的不计。"
                ),
                finding.triage,
            ),
            Kpi(
                "later-rises",
                _("升级确认用时"),
                _(
                    "定级之后系统又算出更高等级：从告知，到有人重新定级；时限取更高等级的“研判定级”。误报不计。"
                ),
                finding.later_rises,
            ),
        ),
    ),
    Part(
        _("上报与决策"),
        (
            Kpi(
                "report",
                _("上报时长"),
                _(
                    "从发现，到指挥部第一个人读到（签收报告、打开信号或已有批示、决定），发出不算；时限取预案“上报”。误报、不入级的不计。"
                ),
                commanding.report,
            ),
            Kpi(
                "decision",
                _("决策用时"),
                _("从指挥部第一个人读到，到第一个决定（启动或观察）。误报、未读先定的不计；预案没有时限。"),
                commanding.decision,
            ),
            Kpi(
                "activation",
                _("启动用时"),
                _(
                    "从第一次确认入级（再次启动的从再次确认），到启动预案。启动时才一并定级的不计；预案没有时限。"
                ),
                commanding.activation,
            ),
            Kpi(
                "in-place",
                _("各组到位"),
                _(
                    "从启动，到每个派了任务的组都至少接手一项；时限取最晚一组的最早接手时限。启动后增派的、已免办的任务不计。"
                ),
                commanding.groups_in_place,
            ),
            Kpi(
                "looking-again",
                _("观察复核"),
                _("从决定“先观察”，到下一个决定或判为误报；时限是当时写下的复核时间。"),
                commanding.looking_again,
            ),
            Kpi(
                "progress",
                _("续报间隔"),
                _("从启动或上一期快报，到下一期；时限取当时等级的续报频次。解除时还没到期的不计。"),
                working.progress,
            ),
        ),
    ),
    Part(
        _("对外回应"),
        (
            Kpi(
                "answer-from-posts",
                _("首次回应（帖文达线起）"),
                _(
                    "从帖文按发布时间达到预案准则，到第一份声明发布；决定不公开回应、先观察且没有启动的，停在决定时。误报、不入级、没有信号的不计。"
                ),
                answering.from_the_posts,
            ),
            Kpi(
                "answer-from-finding",
                _("首次回应（我方发现起）"),
                _(
                    "从我方发现，到第一份声明发布；决定不公开回应、先观察且没有启动的，停在决定时。误报、不入级的不计。"
                ),
                answering.from_finding,
            ),
            Kpi(
                "approval",
                _("审批周期"),
                _(
                    "从声明第一次提交，到最后一人批准，含退回重改；备注是提交了几轮。没有提交的草稿不计；预案只给每一步定时限。"
                ),
                answering.approval,
            ),
            Kpi(
                "signature",
                _("单步签批"),
                _("从轮到这一步，到批准或退回；时限取预案审批链这一步。提交后被新一版取代的步骤不计。"),
                answering.signature,
            ),
        ),
    ),
    Part(
        _("任务"),
        (
            Kpi(
                "tasks-done",
                _("任务办结"),
                _("从派出必办任务，到办结；时限是任务自己的。免办的另列，不进中位和准时率；选办任务不计。"),
                working.done,
            ),
            Kpi(
                "tasks-accepted",
                _("任务接手"),
                _("从派出必办任务，到有人接手；时限是任务自己的。没接手就免办的另列；选办任务不计。"),
                working.accepted,
            ),
        ),
    ),
    Part(
        _("平息与结束"),
        (
            Kpi(
                "contained",
                _("平息用时"),
                _(
                    "从启动，到新的负面原帖停下：此后连续若干小时没有新的，小时数取预案的解除条件，"
                    "没写按 24 小时。转载不计；预案没有时限。"
                ),
                ending.contained,
            ),
            Kpi(
                "stable",
                _("解除用时"),
                _("从第一次确认入级（再次启动的从再次确认），到解除响应。预案没有时限。"),
                ending.stable,
            ),
            Kpi(
                "archived",
                _("归档用时"),
                _("从第一次确认入级（再次启动的从再次确认），到归档。预案没有时限。"),
                ending.archived,
            ),
        ),
    ),
    Part(
        _("签收与告知"),
        (
            Kpi(
                "first-receipt",
                _("报告首人签收"),
                _("从送出报告，到第一个收件人签收；时限是报告要求的签收时间。后来加送的人不计。"),
                telling.first_receipt,
            ),
            Kpi(
                "all-receipts",
                _("报告全部签收"),
                _("从送出报告，到首批收件人全部签收；时限同上。后来加送的人不计。"),
                telling.all_receipts,
            ),
            Kpi(
                "first-reading",
                _("紧急消息首人阅读"),
                _("同一件事同一次告知算一件：从发出，到第一个人打开。普通消息不计；预案没有时限。"),
                telling.first_reading,
            ),
            Kpi(
                "urgent-reading",
                _("紧急消息逐人阅读"),
                _("每人每条算一件：从发出，到本人打开。普通消息不计；预案没有时限。"),
                telling.urgent_reading,
            ),
        ),
    ),
)

KPIS = {kpi.code: kpi for part in PARTS for kpi in part.kpis}
