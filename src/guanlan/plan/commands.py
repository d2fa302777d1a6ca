"""`guanlan plan check | show | diff | publish`; all but publish do without a database."""

from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.clocks.edge import real_now
from guanlan.documents.frozen import freeze
from guanlan.documents.paper import render_pdf
from guanlan.documents.word import render_docx
from guanlan.errors import BadInput
from guanlan.people.models import Person, Unit
from guanlan.people.queries import root_unit
from guanlan.plan.actions import draft_version, publish_version
from guanlan.plan.adopting import adopted
from guanlan.plan.check import check
from guanlan.plan.comparing.compare import in_words
from guanlan.plan.document import digest
from guanlan.plan.life.queries import countersigned
from guanlan.plan.models import PlanVersion
from guanlan.plan.papers.gathering import paper
from guanlan.plan.reading import LONGEST_FILE, Reading, read
from guanlan.plan.show import show


def check_file(path: Path) -> tuple[str, bool]:
    """Return the findings with line and remedy, and whether there are none."""
    reading = _read(path)
    findings = check(reading.document, today=real_now().date(), lines=reading.lines)
    lines = [
        _("%(file)s 第 %(line)s 行 %(key)s：%(sentence)s%(remedy)s")
        % {
            "file": path.name,
            "line": finding.line or "?",
            "key": finding.key,
            "sentence": finding.sentence,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]
    lines.append(
        _("没有发现问题。") if not findings else _("共 %(count)d 处问题。") % {"count": len(findings)}
    )
    return "\n".join(lines) + "\n", not findings


def show_file(path: Path) -> str:
    """Return the plan as text."""
    return show(_read(path).document)


def show_as_file(path: Path, out: Path) -> str:
    """Write the plan as a Word or PDF document, whole or not at all, and say where."""
    renderers = {".docx": render_docx, ".pdf": render_pdf}
    if out.suffix.lower() not in renderers:
        raise BadInput(_("“%(name)s”的后缀要写 .docx 或 .pdf。") % {"name": out.name})
    plan = _read(path).document
    version = PlanVersion(
        name=plan.meta.name,
        label=plan.meta.version,
        source=_content(path).decode(),
        document=plan.model_dump(mode="json"),
        sha256=digest(plan),
        effective_date=plan.validity.effective_on,
        expires_date=plan.validity.expires_on,
    )
    made = renderers[out.suffix.lower()](freeze(paper(version, now=real_now())))
    try:
        part = out.with_name(f"{out.name}.part")
        part.write_bytes(made)
        part.replace(out)
    except OSError as wrong:
        raise BadInput(_("写不了 %(path)s：%(why)s。") % {"path": out, "why": wrong.strerror}) from wrong
    return _("已写到 %(path)s。\n") % {"path": out}


def diff_files(old: Path, new: Path) -> str:
    """Return what changed from one plan to the other."""
    return in_words(_read(old).document, _read(new).document)


def publish_file(path: Path, *, effective: str, username: str) -> str:
    """Publish a plan and say what holds now: what was signed on screen, or the company's first.

    Nothing is kept of a plan that is refused. Raises what the two actions raise, and BadInput for
    an unknown day or person.
    """
    effective_on = _day(effective)
    unit, person = root_unit(), Person.objects.filter(username=username, is_active=True).first()
    if unit is None:
        raise BadInput(_("还没有公司，请先运行 guanlan up 并完成设置。"))
    if person is None:
        raise BadInput(
            _("没有登录名是“%(username)s”的人，或账号已停用，请检查 --by。") % {"username": username}
        )
    content = _content(path)
    with transaction.atomic():
        now = real_now()
        version = _signed(unit, content, path.name) or draft_version(
            unit=unit, content=content, name=path.name, person=person, now=now
        )
        publish_version(version=version, effective_on=effective_on, person=person, now=now)
    version.refresh_from_db()
    said = _("已发布《%(plan)s》，%(day)s 起施行，现在是“%(state)s”，校验码 %(sha256)s。\n") % {
        "plan": version,
        "day": effective_on,
        "state": version.get_state_display(),
        "sha256": version.sha256,
    }
    if countersigned(version) is None:
        said += _("首次发布，未经会签；请在“预案”里请指挥补签。\n")
    return said


def _signed(unit: Unit, content: bytes, name: str) -> PlanVersion | None:
    """Return the version that says the same and has been signed, or None."""
    _source, plan = adopted(content, name, unit.name)
    signed = PlanVersion.objects.filter(unit=unit, state=PlanVersion.State.APPROVED)
    return signed.filter(sha256=digest(plan)).first()


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as wrong:
        raise BadInput(_("“%(text)s”不是日期，请写成 2026-12-01。") % {"text": written}) from wrong


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise BadInput(_("没有文件 %(path)s，请检查路径。") % {"path": path})
    with path.open("rb") as opened:
        return opened.read(LONGEST_FILE + 1)


def _read(path: Path) -> Reading:
    return read(_content(path), path.name)
