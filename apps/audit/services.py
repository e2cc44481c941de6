"""Adding to the log. Who acts, as what and from where is the request's own history context (apps/audit/middleware.py)."""

from typing import Any

import pghistory.runtime
from django.db import connection
from django.utils import timezone
from psycopg2.extras import Json

from apps.audit.enums import Verb
from apps.audit.models import Act

CONTEXT = ("user", "name", "role", "organization", "request", "address", "url")


def record(verb: Verb, about: str = "", *, details: dict[str, Any] | None = None, **instead: Any) -> None:
    """Add an act of whoever makes this request, or runs this command. `instead` overrides what the context says (a sign-in has no user
    yet).

    Plain SQL: an INSERT of Django's asks for the new row back, and nobody below the city may read it.
    """
    known = {**context(), **instead}
    row = {
        "at": timezone.now(),
        "verb": verb.value,
        "about": about[:200],
        "details": Json(details or {}),
        "name": "",
        "role": "",
        "url": "",
        **{name: known[name] for name in CONTEXT if known.get(name) is not None},
    }
    columns = ", ".join(f'"{name}"' for name in row)
    places = ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{Act._meta.db_table}" ({columns}) VALUES ({places})', list(row.values()))  # noqa: S608


def context() -> dict[str, Any]:
    """What the history of this request, task or command is signed with; empty outside of one."""
    current = getattr(pghistory.runtime._tracker, "value", None)
    return dict(current.metadata) if current else {}
