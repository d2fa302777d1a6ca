"""Blank forms for the night on which nothing works but paper: report, inquiry, instruction."""

from django.utils.translation import gettext as _

from guanlan.documents.model import Block, Column, Heading, Paragraph, Table, text

# A line to write on is three lines high.
ROOM = "\u3000\n\u3000"


def forms() -> list[Block]:
    """Return the three forms, each with what must be written down."""
    return [
        Paragraph(text(_("系统用不了时用纸填，过后补录。空着的写“未知”，不写 0。"))),
        *_form(
            _("舆情快报"),
            (
                _("报告人、电话、时间"),
                _("首帖时间、平台、链接"),
                _("说的是什么事"),
                _("数量和走势（写明截至时间）"),
                _("涉及的人、产品、门店"),
                _("建议等级和理由"),
                _("已做的处置"),
                _("请指挥部决定的事"),
                _("签收人、时间"),
            ),
        ),
        *_form(
            _("媒体问询登记"),
            (
                _("媒体、记者、电话"),
                _("收到时间、截稿时间"),
                _("问题原文"),
                _("答复口径（版本、批准人）"),
                _("答复人、时间"),
                _("见报链接"),
            ),
        ),
        *_form(
            _("口头指令记录"),
            (
                _("下令人、方式、时间"),
                _("指令原话"),
                _("交给哪个组、谁、何时前办完"),
                _("记录人"),
                _("下令人确认（签字、时间）"),
            ),
            fresh=True,
        ),
    ]


def _form(title: str, lines: tuple[str, ...], fresh: bool = False) -> list[Block]:
    columns = (Column(_("项目"), share=2), Column(_("填写"), share=5))
    return [Heading(title, fresh=fresh), Table(columns, tuple((text(line), text(ROOM)) for line in lines))]
