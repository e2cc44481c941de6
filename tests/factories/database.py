"""Raw SQL as the application's role."""

from typing import Any

from django.db import connection


def sql(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def written(statement: str, *params: Any) -> int:
    """How many rows a write reached."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount
