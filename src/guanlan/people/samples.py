"""The sample sheet for the import of people."""

import io

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from guanlan.people.importing import COLUMNS
from guanlan.people.models import Membership

_WIDTHS = (12, 16, 16, 28, 18, 10, 16)


def people_sample(group_names: list[str]) -> bytes:
    """Return an XLSX file with the columns and three example rows, in the groups there are."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("人员")
    sheet.append([str(label) for label in COLUMNS.values()])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for row in _examples(group_names[0] if group_names else ""):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _examples(group: str) -> list[list[str]]:
    lead, member = str(Membership.Role.LEAD.label), str(Membership.Role.MEMBER.label)
    served = [group, lead, "lina"] if group else ["", "", ""]
    serves = [group, member, ""] if group else ["", "", ""]
    return [
        [_("张伟（示例）"), "zhangwei", "13900000001", "zhangwei@example.com", *served],
        [_("李娜（示例）"), "lina", "13900000002", "lina@example.com", *serves],
        [_("王强（示例）"), "wangqiang", "", "", "", "", ""],
    ]
