"""Versions of the plan of five groups, and what a page says of them."""

import html
import re
from typing import Any

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.people.actions import place
from guanlan.plan.actions import draft_version
from guanlan.plan.life.actions import sign_version, submit_version
from guanlan.plan.models import PlanVersion
from plan.shipped import NAMES, text

Change = tuple[str, str]


def written(label: str, *changes: Change) -> str:
    """The YAML under another label, changed in places."""
    content = text(NAMES[0]).replace('version: "1.0"', f'version: "{label}"')
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    return content


def drafted(cast: Cast, label: str, *changes: Change) -> PlanVersion:
    content = written(label, *changes).encode()
    return draft_version(unit=cast.li.unit, content=content, name="plan.yaml", person=cast.li, now=NOW)


def signed(cast: Cast, version: PlanVersion) -> PlanVersion:
    """The same version, signed by 周宁, whom it makes a member of the command."""
    stream, _made = Stream.objects.get_or_create(kind=Stream.Kind.REAL, defaults={"name": "正式"})
    place(person=cast.zhou, group=cast.groups["command"], role="MEMBER", actor="system", now=NOW)
    submit_version(version=version, signers=[cast.zhou], stream=stream, person=cast.li, now=NOW)
    sign_version(version=version, sha256=version.sha256, stream=stream, person=cast.zhou, now=NOW)
    version.refresh_from_db()
    return version


def text_of(answer: Any) -> str:
    """What is read on a page: no tags, one space between words."""
    main = answer.content.decode().split('<main id="main">')[1].split("</main>")[0]
    bare = re.sub(r"<(?!/?(b|span|time|del|ins)\b)[^>]+>", " ", main)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", bare)).split())
