"""The `guanlan` command: one entry point for everything."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from guanlan.errors import BadInput, Refused

if TYPE_CHECKING:
    from guanlan.engine.forecast import Forecaster
    from guanlan.engine.lexicon import Lexicon
    from guanlan.engine.model import Model
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
    _plan_commands(command("plan", _plan_check, _("检查、查看、比较或发布一份预案文件")))
    for name, run, words in (
        ("train", _train, _("用公开数据或公司自己的标注训练立场模型")),
        ("evaluate", _evaluate, _("在公开数据上考核，打印成绩表")),
    ):
        learning = command(name, run, words)
        learning.add_argument(
            "--data", type=Path, required=True, help=_("数据文件夹，或 text,label 两列的 CSV")
        )
        learning.add_argument("--seed", type=int, default=0, help=_("随机种子"))
    training = commands.choices["train"]
    training.add_argument("--out", type=Path, required=True, help=_("写到哪里"))
    benching = command("bench", _bench, _("测速度：与各家同轮比较，低于下限则退出码为 1"))
    benching.add_argument("--quick", action="store_true", help=_("各项只测一轮、少量帖文，只看能不能跑通"))
    benching.add_argument("--long", action="store_true", help=_("增长测到一百万条帖文、一千万行"))
    other = training.add_mutually_exclusive_group()
    other.add_argument("--lexicon", action="store_true", help=_("学的是词表，不是立场模型"))
    other.add_argument("--forecast", action="store_true", help=_("学的是最终规模的预测，不是立场模型"))
    command("verify", _verify, _("核对审计链和证据文件是否完整"))
    command("doctor", _doctor, _("检查这台机器和这套安装，逐项说明"))
    manage = command("manage", _manage, _("Django 的管理命令"))
    manage.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _plan_commands(plan: argparse.ArgumentParser) -> None:
    commands = plan.add_subparsers(required=True, metavar=_("做什么"))
    for name, run, words, files in (
        ("check", _plan_check, _("体检：逐条说出问题、在第几行、怎么改"), ["file"]),
        ("show", _plan_show, _("查看等级、准则和职责"), ["file"]),
        ("diff", _plan_diff, _("比较两份，按部分说出增加、删去和改动"), ["old", "new"]),
        ("publish", _plan_publish, _("作为草案收下并发布"), ["file"]),
    ):
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(run=run)
        for file in files:
            made.add_argument(
                file, type=Path, metavar={"old": _("旧文件"), "new": _("新文件")}.get(file, _("文件"))
            )
    commands.choices["show"].add_argument(
        "--out", type=Path, metavar=_("文件"), help=_("写成文档：以 .docx 或 .pdf 结尾的文件名")
    )
    publish = commands.choices["publish"]
    publish.add_argument("--effective", required=True, metavar=_("日期"), help=_("施行日期，如 2026-12-01"))
    publish.add_argument("--by", required=True, metavar=_("登录名"), help=_("由谁发布，须有权管理预案"))


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


def _engine() -> None:
    """Say so where the engine's kernels cannot be kept between two starts."""
    from guanlan.engine.kernels import keep_apart

    if not keep_apart():
        sys.stderr.write(
            _("引擎的编译结果无处可存，每次启动会慢一分钟左右；请用 NUMBA_CACHE_DIR 指定一个可写的文件夹。\n")
        )


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
    _engine()
    _django()
    from guanlan.site.worker import Worker

    Worker().run()


def _import(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.intake.importing import import_files

    sys.stdout.write(import_files(chosen.files, timezone=chosen.timezone, history=not chosen.live))


def _analyse(chosen: argparse.Namespace) -> None:
    _engine()
    _django()
    from guanlan.clocks.edge import real_now
    from guanlan.watch.analysing import analyse

    count = analyse(chosen.file, chosen.out, watches=chosen.watches, timezone=chosen.timezone, now=real_now())
    sys.stdout.write(_("读完 {count} 条，写到 {path}。\n").format(count=count, path=chosen.out))


def _replay(chosen: argparse.Namespace) -> None:
    _engine()
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
    from guanlan.plan.shipped import first_choice

    if path is None:
        return first_choice().document
    if not path.is_file():
        raise BadInput(_("没有文件 {path}，请检查路径。").format(path=path))
    return read(path.read_bytes(), path.name).document


def _plan_check(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.plan.commands import check_file

    text, clean = check_file(chosen.file)
    sys.stdout.write(text)
    if not clean:
        raise SystemExit(1)


def _plan_show(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.plan.commands import show_as_file, show_file

    sys.stdout.write(show_as_file(chosen.file, chosen.out) if chosen.out else show_file(chosen.file))


def _plan_diff(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.plan.commands import diff_files

    sys.stdout.write(diff_files(chosen.old, chosen.new))


def _plan_publish(chosen: argparse.Namespace) -> None:
    _django()
    from guanlan.plan.commands import publish_file

    sys.stdout.write(publish_file(chosen.file, effective=chosen.effective, username=chosen.by))


def _train(chosen: argparse.Namespace) -> None:
    with _one_sentence():
        learnt = _learnt(chosen)
    learnt.save(chosen.out)
    sys.stdout.write(
        _("已写出 {path}，指纹 {print}。\n").format(path=chosen.out, print=learnt.fingerprint[:12])
    )


def _learnt(chosen: argparse.Namespace) -> "Model | Lexicon | Forecaster":
    from guanlan.engine import forecast_learning, lexicon_learning, train

    if chosen.forecast:
        return forecast_learning.learn(chosen.data, seed=chosen.seed)
    return (
        lexicon_learning.learn(chosen.data) if chosen.lexicon else train.train(chosen.data, seed=chosen.seed)
    )


def _evaluate(chosen: argparse.Namespace) -> None:
    from guanlan.engine.evaluate import report

    with _one_sentence():
        for table in report(chosen.data, seed=chosen.seed):
            sys.stdout.write(table)
            sys.stdout.flush()


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Tell what the engine cannot learn from as every other refusal is told."""
    from guanlan.engine.corpus import BadCorpus

    try:
        yield
    except BadCorpus as bad:
        raise BadInput(str(bad)) from bad


def _bench(chosen: argparse.Namespace) -> None:
    _engine()
    from guanlan.bench.command import bench

    if not bench(sys.stdout, quick=chosen.quick, long=chosen.long):
        raise SystemExit(1)


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
