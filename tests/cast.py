"""The fixed hour and the fixed cast: 陈 drafts, 李 approves, 周 counsels, 王 is on duty, 赵 may only read."""

from dataclasses import dataclass
from datetime import UTC, datetime

from guanlan.people.models import Group, Person

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai
PASSWORD = "a-long-passphrase"


@dataclass(frozen=True)
class Cast:
    """The persons of every test, and the groups of the five-groups plan."""

    chen: Person  # media, drafts
    li: Person  # command, approves
    zhou: Person  # legal
    wang: Person  # monitoring, on duty
    liu: Person  # customer service
    zhao: Person  # auditor: may only read
    wu: Person  # administrator
    groups: dict[str, Group]
