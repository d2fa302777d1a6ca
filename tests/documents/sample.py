"""A flash report about an invented company's refunds: one of every part of a document."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from guanlan.documents.charts import Band, Hour, Mark, hourly_posts, line, ranked
from guanlan.documents.model import (
    Chart,
    Column,
    Document,
    Figure,
    Figures,
    Heading,
    KeyValues,
    Level,
    Paragraph,
    Post,
    Run,
    Signature,
    Table,
    text,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
MADE_AT = datetime(2026, 11, 20, 6, 8, tzinfo=UTC)
FIRST_HOUR = datetime(2026, 11, 17, 16, tzinfo=UTC)
TOTALS = [0] * 9 + [5, 8, 12, 10, 9, 14, 17, 15, 19, 22, 24, 26, 30, 24, 16, 11, 8, 5, 3, 2, 2, 4, 9, 18, 40]
TOTALS += [44, 52, 58, 55, 49, 60, 66, 71, 69, 74, 80, 97, 104, 92, 61, 44, 30, 22, 17, 15, 23, 47, 88, 130]
TOTALS += [176, 240, 342, 581, 702]
LEAD = (
    "11 月 18 日 09:12 首帖；今天 12 时至 14 时新增 1,284 条，负面 1,002 条（78%），72 小时同类投诉 312 件，"
    "系统 13:56 算为Ⅱ级，王芳 14:08 确认。"
)


def hours() -> list[Hour]:
    """63 hours of posts; the 30th is not known."""
    rows = []
    for place, total in enumerate(TOTALS):
        positive = total // 25
        negative = total * 78 // 100
        row = Hour(FIRST_HOUR + timedelta(hours=place), negative, total - negative - positive, positive)
        rows.append(Hour(row.at, None, None, None) if place == 29 else row)
    return rows


def trend() -> Chart:
    """The hourly chart with three signals and a forecast of twelve hours."""
    end = FIRST_HOUR + timedelta(hours=len(TOTALS))
    bounds = [(620, 900), (600, 980), (540, 960), (480, 900), (430, 840), (380, 760)]
    bounds += [(340, 690), (290, 610), (220, 500), (150, 380), (90, 280), (60, 220)]
    return hourly_posts(
        "每小时帖文：13 时 702 条，其中负面 547 条；三天累计 3,860 条",
        hours(),
        SHANGHAI,
        marks=[
            Mark(FIRST_HOUR + timedelta(hours=19, minutes=40), "Ⅳ级 19:40"),
            Mark(FIRST_HOUR + timedelta(hours=44, minutes=10), "Ⅲ级 20:10"),
            Mark(FIRST_HOUR + timedelta(hours=61, minutes=56), "Ⅱ级 13:56"),
        ],
        forecast=[Band(end + timedelta(hours=place), *bound) for place, bound in enumerate(bounds)],
        note="竖线为等级信号　单位：条　19 日 05 时无数据",
    )


def criteria() -> Table:
    """How the level came about."""
    return Table(
        (
            Column("判据", share=3),
            Column("现值", numeric=True, share=2),
            Column("Ⅱ级线", numeric=True, share=2),
            Column("Ⅰ级线", numeric=True, share=2),
            Column("结果", share=2),
            Column("出处", share=3),
        ),
        (
            (
                text("同类投诉，72 小时"),
                text("312 件", strong=True),
                text("300 件"),
                text("1,000 件"),
                text("达到Ⅱ级", strong=True),
                text("投诉清单"),
            ),
            (
                text("品牌帖文，较 7 日均值"),
                text("+339%", strong=True),
                text("+300%"),
                text("+500%"),
                text("达到Ⅱ级", strong=True),
                text("13 时 843，均值 192"),
            ),
            (
                text("单帖互动最高"),
                text("8,640 次"),
                text("10,000 次"),
                text("50,000 次"),
                text("未达"),
                text("", 3),
            ),
            (text("媒体报道"), text("2 家"), text("5 家"), text("全国媒体"), text("未达"), text("", 4, 5)),
        ),
    )


def posts() -> tuple[Post, ...]:
    """Five sources, authors masked."""
    return (
        Post(
            1,
            "微博",
            "阿**",
            "18 日 09:12",
            "退款显示成功，卡里一分没到，第三天了",
            "https://weibo.example/1",
        ),
        Post(2, "小红书", "小**", "18 日 10:47", "客服让等 7 个工作日，昨天说的是 3 个"),
        Post(3, "抖音", "陈**", "19 日 20:03", "退款没到，却接到自称客服的电话，是不是数据漏了"),
        Post(
            4,
            "新闻",
            "江城晚报",
            "20 日 11:20",
            "多名消费者称观澜商城退款迟迟未到账",
            "https://news.example/a?x=1&y=2",
        ),
        Post(5, "新闻", "数码观察网", "20 日 12:36", "双十一后退款难，平台称正在核查"),
    )


def report(**changes: object) -> Document:
    """The flash report; `changes` replace fields of the document."""
    fields: dict[str, object] = {
        "title": "退款三天未到账",
        "made_at": MADE_AT,
        "label": "观澜商城舆情快报（初报）",
        "number": "GL-KB-20261120-01　2026 年 11 月 20 日 14:08",
        "subtitle": "报送指挥部 6 人　报告人王芳（监测值班）　依据预案 2026 版 4.2",
        "as_of": "14:05",
        "level": Level("Ⅱ级", "重大", "#E8590C"),
        "blocks": (
            Paragraph((Run(LEAD, posts=(1,)),), lead=True),
            trend(),
            Heading("定级判据", "预案 2026 版 4.2"),
            criteria(),
            Heading("影响"),
            Figures(
                (
                    Figure("负面占比", "78", "%"),
                    Figure("72 小时投诉", "312", "件"),
                    Figure("抖音评论", "未知"),
                )
            ),
            ranked("说了什么：退款未到账 2,114 条", [("退款未到账", 2114), ("客服回复不一", 706)], "条"),
            line(
                "满意度",
                [
                    ("16 日", 4.6),
                    ("17 日", 4.5),
                    ("18 日", 4.1),
                    ("19 日", None),
                    ("20 日", 3.4),
                    ("21 日", 3.1),
                ],
                "分",
            ),
            Heading("已采取措施"),
            KeyValues(
                (
                    ("13:58", text("暂停对账异常的支付通道（技术部）")),
                    ("14:01", text("取证，时间戳已取得", 1, 2)),
                    ("14:03", text("坐席统一口径，禁止承诺到账日期")),
                )
            ),
            Heading("数据覆盖"),
            Paragraph(
                text(
                    "监测 7 个平台，6 个完整。抖音只有帖文，评论自 11:40 起无数据，其数字为未知，不按 0 计。"
                )
            ),
        ),
        "sources": posts(),
        "signatures": (Signature("报告人", "王芳", "20 日 14:08"), Signature("签批人")),
        "footer": "内部，赵磊 14:21 查阅",
    }
    return Document(**{**fields, **changes})  # type: ignore[arg-type]
