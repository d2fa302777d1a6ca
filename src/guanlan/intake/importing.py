"""`guanlan import`: files of posts, all of a file or nothing of it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from guanlan.clocks.edge import give_way, now_for
from guanlan.clocks.queries import default_stream
from guanlan.errors import BadInput, Refused
from guanlan.intake.actions import receive_batch, standing_source
from guanlan.intake.models import Batch, Source
from guanlan.intake.reading import Batch as Read
from guanlan.intake.reading import read_posts
from guanlan.intake.storing import finish_batch, keep_posts


def import_files(files: Sequence[Path], *, timezone: str, history: bool) -> str:
    """Store the posts of files and return a sentence for each.

    A file is read to its end before anything of it is stored; the first bad line is a
    BadInput with file, line and column. What was stored before is known by its id.
    """
    stream = default_stream()
    if stream is None:
        raise Refused(_("还没有数据流，请先运行一次 guanlan up。"))
    now = now_for(stream)
    sentences = []
    for path in files:
        if not path.is_file():
            raise BadInput(_("没有文件 %(path)s，请检查路径。") % {"path": path})
        read = list(read_posts(path, now=now, timezone=timezone, strict=True))
        source = standing_source(
            stream=stream, kind=Source.Kind.FILE, name=_("文件导入"), actor="command", now=now
        )
        batch = receive_batch(
            source=source, raw=b"", name=path.name, actor="command", now=now, history=history
        )
        # Claimed at once: the worker has nothing to read here.
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.READING)
        for part in tqdm(read, desc=path.name, unit="batch", disable=not sys.stderr.isatty()):
            keep_posts(batch, part.posts, now=now)
            give_way()
        finish_batch(batch, now=now)
        sentences.append(_told(path, batch, read))
    return "".join(sentences)


def _told(path: Path, batch: Batch, read: Sequence[Read]) -> str:
    words = {"file": path.name, "taken": batch.taken, "again": batch.seen_again}
    told = _("%(file)s：收下 %(taken)d 条，再次见到 %(again)d 条。\n") % words
    remarks = {(remark.column, remark.sentence): remark for part in read for remark in part.remarks}
    for remark in list(remarks.values())[:10]:
        told += _("  提示：第 %(line)d 行起，%(sentence)s（%(times)s）\n") % {
            "line": remark.line,
            "sentence": remark.sentence,
            "times": ngettext("%d 处", "%d 处", remark.times) % remark.times,
        }
    return told
