"""The one kind of expected "no"."""


class Refused(Exception):
    """The plan, or common sense, says no; the message is the sentence the user reads.

    A package derives its own refusals where it raises them. Pages answer with
    `status`, the command line with the sentence on stderr and exit status 2.
    """

    status = 409

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(Refused):
    """This person may not do this."""

    status = 403


class BadInput(Refused):
    """What came in cannot be read; the sentence names the place and the remedy."""

    status = 422
