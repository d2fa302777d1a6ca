"""`guanlan plan check | show | diff | publish`: what stands on the terminal, and the exit status."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import NOW, Cast
from guanlan.cli import main
from guanlan.people.models import Unit
from guanlan.plan.models import PlanVersion
from plan.shipped import FOLDER, NAMES, text
from plan.versions import drafted, signed, written

PLAN = text(NAMES[0])
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `guanlan plan …` and give (exit status, stdout, stderr)."""
    monkeypatch.setattr("guanlan.plan.commands.real_now", lambda: NOW)

    def command(*words: str | Path) -> tuple[int, str, str]:
        status = 0
        try:
            main(["plan", *map(str, words)])
        except SystemExit as end:
            status = int(end.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def put(content: str | bytes, name: str = "plan.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


def test_check_finds_nothing_in_what_ships(run: Run) -> None:
    assert run("check", FOLDER / NAMES[0]) == (0, "没有发现问题。\n", "")


def test_check_lists_findings_with_line_and_remedy(run: Run, file: Callable[..., Path]) -> None:
    content = PLAN.replace("    group: group.media\n", "    group: group.press\n", 1)
    line = next(n for n, row in enumerate(content.split("\n"), 1) if "- key: duty.media.pause" in row)

    status, out, err = run("check", file(content))

    assert (status, err) == (1, "")
    assert out == (
        f"plan.yaml 第 {line} 行 duty.media.pause：“duty.media.pause”提到的组“group.press”不存在。"
        "是不是“group.media”？\n共 1 处问题。\n"
    )


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "文件是空的"),
    "not YAML": ("meta: [", "YAML 读不懂"),
    "a workbook": (b"PK\x03\x04" + b"\0" * 50, "这是 Excel、Word 或压缩文件"),
    "10 MB": (b"#" * 10_000_000, "不像一份预案"),
    "gb18030": (PLAN.encode("gb18030"), "不是 UTF-8 编码"),
    "a key twice": (PLAN.replace("    colour: red\n", "    colour: red\n    colour: red\n", 1), "写了两遍"),
    "anchors": ("a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "不能用锚点"),
    "no levels": (PLAN.replace("\nlevels:", "\nlevelz:", 1), "这里缺少“levels”。（另有 1 处问题。）"),
    "a placeholder": (PLAN.replace("固定证据", "固定{{x}}", 1), "在这里没有人来填"),
}


@pytest.mark.parametrize("what", ["check", "show", "diff", "publish"])
@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_one_sentence_and_status_two(
    run: Run, file: Callable[..., Path], cast: Cast, what: str, kind: str
) -> None:
    content, sentence = BAD[kind]
    more = {"diff": [FOLDER / NAMES[0]], "publish": ["--effective", "2026-12-01", "--by", "li"]}

    status, out, err = run(what, file(content), *more.get(what, []))

    assert (status, out) == (2, "")
    assert err.startswith("plan.yaml 第 ")
    assert sentence in err
    assert err.count("\n") == 1
    assert PlanVersion.objects.count() == 0


def test_a_missing_file_is_said(run: Run) -> None:
    assert run("diff", "/no/such.yaml", "/no/other.yaml") == (
        2,
        "",
        "没有文件 /no/such.yaml，请检查路径。\n",
    )


def test_diff_tells_what_changed(run: Run, file: Callable[..., Path]) -> None:
    content = PLAN.replace('version: "1.0"', 'version: "1.1"')

    assert run("diff", FOLDER / NAMES[0], file(content)) == (
        0,
        "共 1 处改动。\n\n预案\n  预案版本号：1.0 → 1.1\n",
        "",
    )


class TestPublish:
    def test_drafts_and_publishes_with_the_companys_name(self, run: Run, cast: Cast) -> None:
        status, out, err = run("publish", FOLDER / NAMES[0], "--effective", "2026-12-01", "--by", "li")

        version = PlanVersion.objects.get()
        assert (status, err) == (0, "")
        assert out == (
            "已发布《客服舆情应急预案（五组制） 1.0》，2026-12-01 起施行，现在是“现行”，"
            f"校验码 {version.sha256}。\n首次发布，未经会签；请在“预案”里请指挥补签。\n"
        )
        assert (version.state, version.published_by) == ("IN_FORCE", cast.li)
        assert "观澜商城" in version.source

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (("group: group.media\n", "group: group.press\n"), "组“group.press”不存在"),
            (("    rank: 4\n", "    rank: 5\n"), "等级的次序断档"),
            (("step: first_response, minutes: 60,", "step: first_response, minutes: 10,"), "时限倒走"),
            (("{key: survey.effort,", "{key: survey.case,"), "“survey.case”用了 2 次"),
        ],
    )
    def test_keeps_nothing_of_a_plan_with_findings(
        self, run: Run, file: Callable[..., Path], cast: Cast, change: tuple[str, str], sentence: str
    ) -> None:
        path = file(PLAN.replace(*change, 1))

        status, out, err = run("publish", path, "--effective", "2026-12-01", "--by", "li")

        assert (status, out) == (2, "")
        assert err.startswith("不能发布：体检发现 ")
        assert sentence in err
        assert PlanVersion.objects.count() == 0

    def test_the_next_one_is_what_was_signed_on_screen(
        self, run: Run, file: Callable[..., Path], cast: Cast
    ) -> None:
        run("publish", FOLDER / NAMES[0], "--effective", "2026-12-01", "--by", "li")
        path = file(written("2.0"))

        status, out, err = run("publish", path, "--effective", "2026-11-20", "--by", "li")
        assert (status, out) == (2, "")
        assert "这一版还没有会签，不能发布" in err
        assert not PlanVersion.objects.filter(label="2.0").exists()

        signed(cast, drafted(cast, "2.0"))
        status, out, err = run("publish", path, "--effective", "2026-11-20", "--by", "li")
        assert (status, err) == (0, "")
        assert "未经会签" not in out
        assert PlanVersion.objects.get(state="IN_FORCE").label == "2.0"

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["--effective", "2026-13-01", "--by", "li"], "“2026-13-01”不是日期，请写成 2026-12-01。"),
            (["--effective", "明天", "--by", "li"], "“明天”不是日期，请写成 2026-12-01。"),
            (["--effective", "2026-12-01", "--by", "nobody"], "没有登录名是“nobody”的人"),
            (["--effective", "2026-12-01", "--by", "wang"], "您没有这项权限"),
        ],
    )
    def test_refuses_wrong_days_and_persons(
        self, run: Run, cast: Cast, words: list[str], sentence: str
    ) -> None:
        status, out, err = run("publish", FOLDER / NAMES[0], *words)

        assert (status, out) == (2, "")
        assert sentence in err
        assert PlanVersion.objects.count() == 0

    def test_says_when_there_is_no_company(self, run: Run, db: None) -> None:
        assert not Unit.objects.exists()
        status, _out, err = run("publish", FOLDER / NAMES[0], "--effective", "2026-12-01", "--by", "li")
        assert (status, "完成设置" in err) == (2, True)
