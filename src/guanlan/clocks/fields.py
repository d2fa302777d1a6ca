"""Columns that take little room, for rows that come by the thousand."""

from collections.abc import Sequence
from typing import Any

from django.db import models


class ListField(models.JSONField):
    """A list that is mostly empty: the empty one is stored as NULL, and read as a list again."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(value or None, connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return [] if value is None else super().from_db_value(value, expression, connection)


class CodedField(models.PositiveSmallIntegerField):  # type: ignore[type-arg]
    """One of a few fixed words, stored as its place among them; words are only ever added at the end."""

    def __init__(self, words: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.words = tuple(words)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "words": self.words}

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else self.words.index(value)

    def from_db_value(self, value: int | None, _expression: Any, _connection: Any) -> str | None:
        return None if value is None else self.words[value]


class SameNumber(models.OneToOneField):  # type: ignore[type-arg]
    """The primary key of a row that stands under another row's number.

    On SQLite only an `integer` key is the row's own number; a `bigint` one would be a column and
    an index beside it.
    """

    def db_type(self, connection: Any) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)
