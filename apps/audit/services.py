"""Adding to the log. Who acts, as what and from where is the request's own history context (apps/audit/middleware.py)."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pghistory
import pghistory.runtime
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.utils import timezone
from psycopg2.extras import Json

from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.audit.sealing import verify as sealing
from apps.core import scope

log = logging.getLogger(__name__)

CONTEXT = ("user", "name", "role", "organization", "request", "address", "url")
JOBS = ("command", "task")  # what is known instead, or besides, where no request writes


def record(verb: Verb, about: str = "", *, details: dict[str, Any] | None = None, **instead: Any) -> None:
    """Add an act of whoever makes this request, or runs this command. `instead` overrides what the context says (a sign-in has no user
    yet).

    Plain SQL: an INSERT of Django's asks for the new row back, and nobody below the city may read it.
    """
    known = {**context(), **instead}
    row = {
        "at": instead.get("at") or timezone.now(),
        "verb": verb.value,
        "about": about[:200],
        "details": Json({**{name: known[name] for name in JOBS if name in known}, **(details or {})}),
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


@contextmanager
def signed(**facts: Any) -> Iterator[None]:
    """Sign what a command or a task writes, on every connection: a migration's is the owner's, which django-pghistory leaves alone."""
    with pghistory.context(**facts), ExitStack() as stack:
        for alias in connections:
            if alias != DEFAULT_DB_ALIAS:
                stack.enter_context(connections[alias].execute_wrapper(_sign))
        yield


def _sign(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """django-pghistory's, for statements that bring no parameters too: with its own in front, a percent sign would be read as one."""
    if not hasattr(pghistory.runtime._tracker, "value"):
        return execute(sql, params, many, context)
    if params is None and pghistory.runtime._can_inject_variable(context["cursor"], sql):
        sql = sql.replace("%", "%%")
    return pghistory.runtime._inject_history_context(execute, sql, params, many, context)


def verify() -> sealing.Result:
    """Verify every seal and put the result into the log, where the auditor's page and desk find it."""
    with scope.opened(scope.EVERYTHING):
        result = sealing.verify()
        faults = [str(fault) for fault in result.faults[:20]]
        details = {"sound": result.is_sound, "head": result.head, "seals": result.seals, "rows": result.rows, "faults": faults}
        record(Verb.VERIFY, f"核验{'通过' if result.is_sound else '未通过'}：{result}", details=details)
    if faults:
        log.error("the log does not agree with its seals: %s", "; ".join(faults))
    return result
