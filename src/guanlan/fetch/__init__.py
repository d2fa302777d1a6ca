"""The one guarded HTTP client; no other module of Guanlan opens a connection to an address it was given."""

from guanlan.fetch.client import Fetched, Limits, fetch, post
from guanlan.fetch.refusals import (
    AddressRefused,
    AnswerLost,
    FetchRefused,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

__all__ = [
    "AddressRefused",
    "AnswerLost",
    "FetchRefused",
    "Fetched",
    "Limits",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "Unreachable",
    "fetch",
    "post",
]
