"""What a rule says about a plan."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Remark:
    """A rule's complaint about the part with `key`, and how to mend it.

    `occurrence` counts from 0 where several parts carry the same key.
    """

    key: str
    sentence: str
    remedy: str
    occurrence: int = 0
