"""Writers who must not work at the same time take turns, where there is no row to lock."""

from django.db import connection


def take(what: str) -> None:
    """Wait until nobody else holds the turn of that name; it is ours until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
