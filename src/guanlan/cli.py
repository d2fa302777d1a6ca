"""The `guanlan` command: one entry point for everything."""

import argparse
import os
import sys
from collections.abc import Sequence
from gettext import gettext as _

from guanlan.errors import Refused


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a refusal is one sentence on stderr and exit status 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanlan.site.settings")
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except Refused as refused:
        sys.stderr.write(f"{refused.sentence}\n")
        raise SystemExit(2) from refused


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guanlan", description=_("客服舆情应急预案的运行系统"))
    commands = parser.add_subparsers(required=True, metavar=_("命令"))
    manage = commands.add_parser("manage", help=_("Django 的管理命令"), add_help=False)
    manage.add_argument("rest", nargs=argparse.REMAINDER)
    manage.set_defaults(run=_manage)
    verify = commands.add_parser("verify", help=_("核对审计链是否完整"))
    verify.set_defaults(run=_verify)
    return parser


def _manage(chosen: argparse.Namespace) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["guanlan manage", *chosen.rest])


def _verify(chosen: argparse.Namespace) -> None:
    import django

    django.setup()
    from guanlan.audit.models import Entry
    from guanlan.audit.queries import breaks

    broken = list(breaks())
    if broken:
        numbers = "、".join(map(str, broken[:20]))
        raise Refused(_("审计链在第 {numbers} 条处断开：有人改动或删除过记录。").format(numbers=numbers))
    sys.stdout.write(_("审计链完整，共 {count} 条。\n").format(count=Entry.objects.count()))
