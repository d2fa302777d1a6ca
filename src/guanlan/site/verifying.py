"""`guanlan verify`: is the audit chain whole, are the kept files what they were."""

from django.utils.translation import gettext as _

from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.errors import Refused
from guanlan.evidence.models import KeptFile
from guanlan.evidence.queries import is_unchanged

SHOWN = 20


class Broken(Refused):
    """Somebody changed or removed what must not change."""


def verify() -> str:
    """Return one sentence for the chain and one for the files; raise Broken otherwise."""
    broken = list(breaks())
    if broken:
        raise Broken(
            _("审计链在第 %(numbers)s 条处断开：有人改动或删除过记录。") % {"numbers": _listed(broken)}
        )
    changed = [kept.key for kept in KeptFile.objects.order_by("pk").iterator() if not is_unchanged(kept)]
    if changed:
        raise Broken(_("证据文件 %(keys)s 和存入时不同，或已不在。") % {"keys": _listed(changed)})
    whole = _("审计链完整，共 %(count)d 条。") % {"count": Entry.objects.count()}
    files = _("证据文件完好，共 %(count)d 个。") % {"count": KeptFile.objects.count()}
    return f"{whole}\n{files}\n"


def _listed(found: list[int] | list[str]) -> str:
    return "、".join(map(str, found[:SHOWN]))
