"""Versions of the plan of five groups, and what a page says of them."""

import html
import re
from typing import Any

from conftest import NOW, Cast
from guanlan.plan.actions import draft_version
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


def text_of(answer: Any) -> str:
    """What is read on a page: no tags, one space between words."""
    main = answer.content.decode().split('<main id="main">')[1].split("</main>")[0]
    bare = re.sub(r"<(?!/?(b|span|time|del|ins)\b)[^>]+>", " ", main)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", bare)).split())
