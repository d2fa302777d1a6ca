"""The one guarded HTTP client; no other module of Guanlan opens a connection to an address it was given."""

from guanlan.fetch.client import Fetched, Limits, fetch
from guanlan.fetch.refusals import (
    AddressRefused,
    FetchRefused,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

__all__ = [
    "AddressRefused",
    "FetchRefused",
    "Fetched",
    "Limits",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "Unreachable",
    "fetch",
]
