"""The `guanlan` command: one entry point for everything."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from guanlan.errors import BadInput, Refused

if TYPE_CHECKING:
    from guanlan.plan.document import PlanDocument

Run = Callable[[argparse.Namespace], None]


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

    def command(name: str, run: Run, words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
        made.set_defaults(run=run)
        return made

    up = command("up", _up, _("启动：准备数据库，打开网页和后台"))
    demo = command("demo", _demo, _("演示公司：准备好数据，打开网页，播放最后六小时"))
    for served in (up, demo):
        served.add_argument("--host", default="127.0.0.1", help=_("网页地址，默认只有本机能打开"))
        served.add_argument("--port", type=int, default=8000, help=_("端口"))
    command("work", _work, _("只运行后台（up 已经包含）"))
    importing = command("import", _import, _("导入帖文文件：JSONL、CSV、XLSX，可以是 .gz"))
    importing.add_argument("files", nargs="+", type=Path, metavar=_("文件"))
    importing.add_argument("--timezone", default="Asia/Shanghai", help=_("没写时区的时间按哪里算"))
    importing.add_argument("--live", action="store_true", help=_("不是历史数据：计时限、发通知"))
    _reading_commands(command)
    plan = command("plan", _plan, _("检查或查看一份预案文件"))
    plan.add_argument("what", choices=["check", "show"], help=_("check 体检，show 查看"))
    plan.add_argument("file", type=Path, metavar=_("文件"))
    for name, run, words in (
        ("train", _train, _("用公开数据或公司自己的标注训练立场模型")),
        ("evaluate", _evaluate, _("在公开数据上考核，打印成绩表")),
    ):
        learning = command(name, run, words)
        learning.add_argument(
            "--data", type=Path, required=True, help=_("数据文件夹，或 text,label 两列的 CSV")
        )
        learning.add_argument("--seed", type=int, default=0, help=_("随机种子"))
    commands.choices["train"].add_argument("--out", type=Path, required=True, help=_("模型写到哪里"))
    command("verify", _verify, _("核对审计链和证据文件是否完整"))
    command("doctor", _doctor, _("检查这台机器和这套安装，逐项说明"))
    manage = command("manage", _manage, _("Django 的管理命令"))
    manage.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _reading_commands(command: Callable[[str, Run, str], argparse.ArgumentParser]) -> None:
    analysing = command("analyse", _analyse, _("只用引擎读一份帖文文件，逐行写出结果，不需要数据库"))
    analysing.add_argument("--out", type=Path, required=True, help=_("结果写到哪个文件"))
    replaying = command("replay", _replay, _("按时间回放一份帖文文件，写出事件、等级变化和报告"))
    replaying.add_argument("--plan", type=Path, help=_("预案文件，默认五组制模板"))
    replaying.add_argument("--out", type=Path, required=True, help=_("结果写到哪个文件夹"))
    for reading in (analysing, replaying):
        reading.add_argument("file", type=Path, metavar=_("文件"))
        reading.add_argument(
            "--watches", type=Path, help=_("监测方案文件（YAML，或关键词 .txt），默认收下每一条帖文")
        )
        reading.add_argument("--timezone", default="Asia/Shanghai", help=_("没写时区的时间按哪里算"))


def _django() -> None:
    import django

    django.setup()


def _manage(chosen: argparse.Namespace) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["guanlan manage", *chosen.rest])


def _up(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.site.running import first_words, prepare, serve

    prepare()
    sys.stdout.write(first_words(chosen.host, chosen.port))
    sys.stdout.flush()
    serve(host=chosen.host, port=chosen.port)


def _demo(chosen: argparse.Namespace) -> None:
    os.environ.setdefault("GUANLAN_HOME", "var/demo")
    _django()
    from guanlan.demo.opening import open_demo
    from guanlan.site.running import prepare, serve

    prepare()
    sys.stdout.write(open_demo(chosen.host, chosen.port))
    sys.stdout.flush()
    serve(host=chosen.host, port=chosen.port)


def _work(_chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.site.worker import Worker

    Worker().run()


def _import(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.intake.importing import import_files

    sys.stdout.write(import_files(chosen.files, timezone=chosen.timezone, history=not chosen.live))


def _analyse(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.clocks.edge import real_now
    from guanlan.watch.analysing import analyse

    count = analyse(chosen.file, chosen.out, watches=chosen.watches, timezone=chosen.timezone, now=real_now())
    sys.stdout.write(_("读完 {count} 条，写到 {path}。\n").format(count=count, path=chosen.out))


def _replay(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.clocks.edge import real_now
    from guanlan.reports.replay_report import replay_to

    played = replay_to(
        chosen.file,
        chosen.out,
        watches=chosen.watches,
        plan=_chosen_plan(chosen.plan),
        timezone=chosen.timezone,
        now=real_now(),
    )
    told = _("回放 {posts} 条：{events} 个事件，{signals} 次等级变化，写到 {path}。\n")
    sys.stdout.write(
        told.format(
            posts=played.posts.num_rows,
            events=len(played.events),
            signals=len(played.signals),
            path=chosen.out,
        )
    )


def _chosen_plan(path: Path | None) -> "PlanDocument":
    from guanlan.plan.reading import read
    from guanlan.site.setup.shelf import template

    if path is None:
        shipped = template("five-groups")
        assert shipped is not None
        return shipped.document
    if not path.is_file():
        raise BadInput(_("没有文件 {path}，请检查路径。").format(path=path))
    return read(path.read_bytes(), path.name).document


def _plan(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.plan.commands import check_file, show_file

    run = check_file if chosen.what == "check" else show_file
    text, clean = run(chosen.file)
    sys.stdout.write(text)
    if not clean:
        raise SystemExit(1)


def _train(chosen: argparse.Namespace) -> None:
    from guanlan.engine.train import train

    model = train(chosen.data, seed=chosen.seed)
    model.save(chosen.out)
    sys.stdout.write(
        _("已写出 {path}，指纹 {print}。\n").format(path=chosen.out, print=model.fingerprint[:12])
    )


def _evaluate(chosen: argparse.Namespace) -> None:
    from guanlan.engine.evaluate import evaluate

    sys.stdout.write(f"{evaluate(chosen.data, seed=chosen.seed)}\n")


def _verify(_chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.site.verifying import verify

    sys.stdout.write(verify())


def _doctor(_chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.site.doctor import doctor

    text, healthy = doctor()
    sys.stdout.write(text)
    if not healthy:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
