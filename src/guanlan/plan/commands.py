"""`guanlan plan check | show`: a plan file, examined or printed, without a database."""

from pathlib import Path

from django.utils.translation import gettext as _

from guanlan.clocks.edge import real_now
from guanlan.errors import BadInput
from guanlan.plan.check import check
from guanlan.plan.reading import Reading, read
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


def show_file(path: Path) -> tuple[str, bool]:
    """Return the plan as text."""
    return show(_read(path).document), True


def _read(path: Path) -> Reading:
    if not path.is_file():
        raise BadInput(_("没有文件 %(path)s，请检查路径。") % {"path": path})
    return read(path.read_bytes(), path.name)
