"""What became of one call: taken, not now, not ever, or nobody knows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """The outcome of a call in the words that are shown."""

    words: str


class Taken(Answer):
    """The other side said, in its own success code, that it has the message."""


@dataclass(frozen=True)
class Later(Answer):
    """Certainly not taken; try again, and leave the whole channel alone for `rest` seconds."""

    rest: int = 0


class Never(Answer):
    """Certainly not taken, and trying again changes nothing until a person sets it right."""


class Unsure(Answer):
    """The request went out and no whole answer came back."""
