"""What a person pastes; every text is invented after the shapes that the apps make."""

from datetime import UTC, datetime
from typing import Any

import pytest

from guanlan.errors import BadInput
from guanlan.intake.paste import LIMIT, Pasted, recognise

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai

DOUYIN = (
    "7.43 复制打开抖音，看看【小明爱购物的作品】退款三个月没到账 # 观澜商城 "
    "https://v.douyin.com/iAbCdEf/ 11/20 g@o.Dm :6pm"
)
NOTE = (
    "【观澜商城退款太难了 - 小红薯小王 | 小红书 - 你的生活指南】 😆 AbCdEfGhIjKlMno 😆 "
    "https://www.xiaohongshu.com/discovery/item/65a1?source=webshare&xsec_token=ABC=&xsec_source=pc_share"
)
NOTE_OLD = (
    "小王发布了一篇小红书笔记，快来看吧！ 😆 AbCdEfGh12 😆 "
    "http://xhslink.com/a/AbC，复制本条信息，打开【小红书】App查看精彩内容！"
)
NOTE_SHORT = "观澜商城的客服真行 退款拖了三个月... http://xhslink.com/m/AbC 复制后打开【小红书】查看笔记！"


def pasted(platform: str | None, url: str | None, **parts: Any) -> Pasted:
    return Pasted(platform, url, **(dict.fromkeys(("title", "text", "author")) | parts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            DOUYIN,
            pasted(
                "douyin",
                "https://v.douyin.com/iAbCdEf/",
                text="退款三个月没到账 # 观澜商城",
                author="小明爱购物",
            ),
        ),
        (
            NOTE,
            pasted(
                "xiaohongshu",
                "https://www.xiaohongshu.com/discovery/item/65a1?source=webshare",
                title="观澜商城退款太难了",
                author="小红薯小王",
            ),
        ),
        (NOTE_OLD, pasted("xiaohongshu", "http://xhslink.com/a/AbC", author="小王")),
        (
            NOTE_SHORT,
            pasted("xiaohongshu", "http://xhslink.com/m/AbC", text="观澜商城的客服真行 退款拖了三个月..."),
        ),
        (
            "【观澜商城退款实录-哔哩哔哩】 https://b23.tv/AbCdEfG",
            pasted("bilibili", "https://b23.tv/AbCdEfG", title="观澜商城退款实录"),
        ),
        (
            "如何看待观澜商城不退款？ - 张三的回答 - 知乎\nhttps://www.zhihu.com/question/1/answer/2",
            pasted(
                "zhihu",
                "https://www.zhihu.com/question/1/answer/2",
                title="如何看待观澜商城不退款？",
                author="张三",
            ),
        ),
        (
            "【黑猫投诉】观澜商城拒不退款 https://tousu.sina.com.cn/complaint/view/17370001234/",
            pasted(
                "heimao", "https://tousu.sina.com.cn/complaint/view/17370001234/", title="观澜商城拒不退款"
            ),
        ),
        (
            "观澜商城回应退款延迟 https://mp.weixin.qq.com/s/AbC_d-1",
            pasted("wechat", "https://mp.weixin.qq.com/s/AbC_d-1", text="观澜商城回应退款延迟"),
        ),
        (
            "分享小王的微博：退款三个月没到账//@小李:我也是 https://m.weibo.cn/status/5098",
            pasted(
                "weibo",
                "https://m.weibo.cn/status/5098",
                text="退款三个月没到账//@小李:我也是",
                author="小王",
            ),
        ),
        (
            "退款三个月没到账 来自@小王的微博 https://weibo.com/1/A",
            pasted("weibo", "https://weibo.com/1/A", text="退款三个月没到账", author="小王"),
        ),
        ("https://weibo.com/1234/AbCd", pasted("weibo", "https://weibo.com/1234/AbCd")),
        (
            "看这里：https://news.example/a?b=1。",
            pasted(None, "https://news.example/a?b=1", text="看这里： 。"),
        ),
        (
            "  商城退款三个月没到账\n\n\n客服不理人 ",
            pasted(None, None, text="商城退款三个月没到账\n客服不理人"),
        ),
        ("复制打开抖音，看看【小明的图文作品】退款难", pasted("douyin", None, text="退款难", author="小明")),
    ],
)
def test_recognises_a_share(text: str, expected: Pasted) -> None:
    assert recognise(text, now=NOW) == expected


def test_a_link_of_a_platform_goes_before_others() -> None:
    assert recognise("见 https://news.example/1 和 https://weibo.com/1/A", now=NOW).platform == "weibo"


def test_a_host_that_only_ends_like_a_platform_is_none() -> None:
    assert recognise("https://notweibo.com/1 https://weibo.com.evil.example/1", now=NOW).platform is None


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("14:05 点赞 1.2万 评论345 转发：67", {"likes": 12000, "comments": 345, "reposts": 67}),
        ("1.2万点赞 345条评论 67转发", {"likes": 12000, "comments": 345, "reposts": 67}),
        ("阅读 10万+", {"views": 100_000}),
        ("3w次播放", {"views": 30_000}),
        ("评论 转发 赞", {}),
        ("没有数字", {}),
    ],
)
def test_reads_figures_beside_their_words(text: str, counts: dict[str, int]) -> None:
    assert recognise(text, now=NOW).counts == counts


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("发布于 2026-11-20 09:05 来自上海", datetime(2026, 11, 20, 1, 5, tzinfo=UTC)),
        ("2026年11月20日 09:05", datetime(2026, 11, 20, 1, 5, tzinfo=UTC)),
        ("昨天 14:05", datetime(2026, 11, 19, 6, 5, tzinfo=UTC)),
        ("今天 09:05", datetime(2026, 11, 20, 1, 5, tzinfo=UTC)),
        ("3小时前", datetime(2026, 11, 20, 3, 5, tzinfo=UTC)),
        ("10分钟前 上海", datetime(2026, 11, 20, 5, 55, tzinfo=UTC)),
        ("刚刚", NOW),
        ("2099-01-01 00:00", None),
        ("2026-02-30 10:00", None),
        ("退款三个月没到账", None),
    ],
)
def test_reads_the_moment(text: str, at: datetime | None) -> None:
    assert recognise(text, now=NOW).published_at == at


@pytest.mark.parametrize(
    ("text", "part"),
    [("", "什么也没有贴进来"), (" \n", "什么也没有贴进来"), ("退" * (LIMIT + 1), "超过 20000 字")],
)
def test_refuses_nothing_and_too_much(text: str, part: str) -> None:
    with pytest.raises(BadInput, match=part):
        recognise(text, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "【" * LIMIT,
        "a" * LIMIT,
        " " * (LIMIT - 1) + "来",
        "1," * (LIMIT // 2),
        "😆 " * (LIMIT // 2),
        "https://" * (LIMIT // 8),
        "- " * (LIMIT // 2),
    ],
)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    assert recognise(text, now=NOW).author is None
