"""Many rows of one table inserted or changed at once, without building an object for each.

For what comes by the thousand and is only read later: posts, readings, hits, events. Django's
bulk calls spend most of their time on the objects and on asking every field about every value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, models

from guanlan.clocks.fields import CodedField, ListField
from guanlan.clocks.models import KEY_ALPHABET, KEY_LENGTH

Prepare = Callable[[Any], Any]
_LETTERS = KEY_ALPHABET.encode()
# An octet above the last whole multiple of the alphabet's size would make some letters likelier.
_FAIR = 256 - 256 % len(_LETTERS)
_TO_LETTER = bytes(_LETTERS[octet % len(_LETTERS)] for octet in range(256))
_UNFAIR = bytes(range(_FAIR, 256))


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given by column (`batch_id`, not `batch`); a column left out takes its default.

    All rows must give the same columns. Runs inside the caller's transaction. The rows get
    public keys; their numbers are not returned.
    """
    if not rows:
        return
    given = rows[0].keys()
    made = (models.AutoField, models.GeneratedField)  # by the database
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, made)]
    unknown = given - {field.attname for field in fields}
    if unknown:
        raise KeyError(f"{model.__name__} has no column {sorted(unknown)}")
    columns = [_column(field, rows) for field in fields]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    values = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({values})",
            list(zip(*columns, strict=True)),
        )


def change(model: type[models.Model], rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Give rows, by their primary key, the values of columns that stand in `rows`.

    All must give the same columns. Runs inside the caller's transaction.
    """
    if not rows:
        return
    given = list(rows.values())
    known = {field.attname: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in given[0]]
    columns = [_column(field, given) for field in fields]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    key = quote(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {key} = %s",
            list(zip(*columns, rows, strict=True)),
        )


def public_keys(n: int) -> Iterator[str]:
    """Yield n public keys, as likely one as another."""
    letters = b""
    while len(letters) < n * KEY_LENGTH:
        letters += os.urandom(n * KEY_LENGTH + n // 2 + 16).translate(_TO_LETTER, _UNFAIR)
    text = letters.decode()
    return (text[at : at + KEY_LENGTH] for at in range(0, n * KEY_LENGTH, KEY_LENGTH))


def _column(field: models.Field[Any, Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    name = field.attname
    if name == "key" and name not in rows[0]:
        return list(public_keys(len(rows)))
    prepare = _preparing(field)
    if name not in rows[0]:
        value = field.get_default()
        return [value if prepare is None else prepare(value)] * len(rows)
    values = [row[name] for row in rows]
    return values if prepare is None else [prepare(value) for value in values]


def _preparing(field: models.Field[Any, Any]) -> Prepare | None:
    """Return how a column's values become what the database takes; None for those it takes as they are."""
    if isinstance(field, models.DateTimeField):
        return _moments()
    if isinstance(field, models.JSONField):
        return _documents(None if isinstance(field, ListField) else "[]")
    if isinstance(field, CodedField):
        return field.get_prep_value
    if isinstance(field, models.CharField | models.TextField | models.BooleanField | models.IntegerField):
        return None
    if isinstance(field, models.ForeignKey):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _documents(empty: str | None) -> Prepare:
    """Return how lists and mappings are written: as JSON without blanks, and the empty list as `empty`."""

    def prepare(value: Any) -> str | None:
        if value == []:  # most are
            return empty
        return None if value is None else orjson.dumps(value).decode()

    return prepare


def _moments() -> Prepare:
    """Return how a moment is written; the many that are equal are written once."""
    written: dict[datetime | None, Any] = {None: None}

    def prepare(value: datetime | None) -> Any:
        if value not in written:
            written[value] = connection.ops.adapt_datetimefield_value(value)
        return written[value]

    return prepare
