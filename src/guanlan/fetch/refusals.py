"""Why an address was not fetched."""

from guanlan.errors import Refused


class FetchRefused(Refused):
    """Base of every "no" of this package."""

    status = 502


class AddressRefused(FetchRefused):
    """Not http(s), or it leads to this machine or an inner network."""

    status = 422


class TooManyRedirects(FetchRefused):
    """More than three redirects, or one without a target."""


class TooLarge(FetchRefused):
    """The body, packed or unpacked, is over the limit."""


class TooSlow(FetchRefused):
    """The whole exchange took longer than the limit."""


class Unreachable(FetchRefused):
    """No such name, no connection, or no HTTP at the other end."""


class NotConnected(Unreachable):
    """No connection was made: nothing has been sent."""


class AnswerLost(FetchRefused):
    """The request went out and no whole answer came back: whether it was taken is not known."""
