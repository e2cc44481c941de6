"""All history tables as one list, newest first: who changed which row, as what, for whom, and what it said before and after.

Each table answers from its index for as many rows as a page has; what they bring is merged by time. So the length of the history does not
matter, and nothing is counted.
"""

# ruff: noqa: S608  names of tables come from the models; values are parameters

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models

from apps.audit.selectors import words
from apps.audit.selectors.acts import Page
from apps.audit.selectors.search import Place, Search
from apps.core import logs
from apps.core.logs import Log


@dataclass(frozen=True)
class Difference:
    """One field: what it said, and what it says now. Technical ones are left out of lists."""

    label: str
    old: str
    new: str
    is_technical: bool = False
    changed: bool = True


@dataclass(frozen=True)
class Line:
    """One change of one row."""

    log: Log
    key: int
    at: datetime
    label: str
    context: dict[str, Any]
    subject: str
    row: Any  # the row as it is now, where it still exists
    organization: str
    fields: tuple[Difference, ...]

    @property
    def kind(self) -> str:
        return words.kind(self.log)

    @property
    def label_words(self) -> str:
        return words.LABELS.get(self.label, self.label)

    @property
    def who(self) -> str:
        return str(self.context.get("name") or "未署名")

    @property
    def job(self) -> str:
        """The command or task that wrote it."""
        return " ".join(f"{words.DETAILS[name]} {self.context[name]}" for name in ("command", "task") if self.context.get(name))

    @property
    def differences(self) -> list[Difference]:
        return [each for each in self.fields if each.changed and not each.is_technical]


def page(search: Search, *, below: Place | None, size: int) -> Page:
    keys = _keys(search, below, size + 1)
    end = keys[size - 1] if len(keys) > size else None
    return Page(_lines(keys[:size]), Place(end[2], end[0], end[1]) if end else None)


def walk(search: Search, *, step: int) -> Iterator[list[Line]]:
    """All of it, in pages that are read by key."""
    below = None
    while True:
        each = page(search, below=below, size=step)
        if each.lines:
            yield list(each.lines)
        if each.older is None:
            return
        below = each.older


def one(table: str, key: int) -> Line | None:
    log = _history().get(table)
    if log is None or key >= 2**63:
        return None
    return next(iter(_lines([(table, key, None)])), None)


def of_request(request: Any, *, most: int) -> list[Line]:
    """Everything that one request, which never lasts long, has changed."""
    if not request:
        return []
    branches = [
        f'(SELECT \'{log.table}\' COLLATE "C" AS "table", pgh_id::int8 AS key, pgh_created_at AS at FROM "{log.table}" '
        f"WHERE pgh_request = %s ORDER BY pgh_id LIMIT {most})"
        for log in _history().values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT * FROM ({" UNION ALL ".join(branches)}) found ORDER BY at, "table", key LIMIT {most}', [str(request)] * len(branches)
        )
        return _lines(cursor.fetchall())


def kinds() -> list[tuple[str, str]]:
    """Every kind of row that has a history, for a choice."""
    return sorted(((log.table, words.kind(log)) for log in _history().values()), key=lambda each: each[1])


def _history() -> dict[str, Log]:
    return {log.table: log for log in logs.logs() if log.is_history}


def _keys(search: Search, below: Place | None, size: int) -> list[tuple[str, int, datetime]]:
    branches, params = [], []
    for log in _history().values():
        if not search.kind or search.kind == log.table:
            where, values = _where(search, below, log)
            branches.append(
                f'(SELECT \'{log.table}\' COLLATE "C" AS "table", pgh_id::int8 AS key, pgh_created_at AS at FROM "{log.table}" '
                f"WHERE {where} ORDER BY pgh_created_at DESC, pgh_id DESC LIMIT {size})"
            )
            params += values
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT * FROM ({" UNION ALL ".join(branches)}) found ORDER BY at DESC, "table" DESC, key DESC LIMIT {size}', params
        )
        return cursor.fetchall()


def _where(search: Search, below: Place | None, log: Log) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = [("pgh_created_at >= %s", search.since), ("pgh_created_at < %s", search.until)]
    if search.users is not None:
        parts.append(("pgh_user = ANY (%s)", [str(user) for user in search.users]))
    if search.request:
        parts.append(("pgh_request = %s", search.request))
    if search.address:
        parts.append(("pgh_context->>'address' = %s", search.address))
    if search.label:
        parts.append(("pgh_label = %s", search.label))
    where, params = [text for text, _ in parts], [value for _, value in parts]
    if search.organizations is not None:
        about, values = _about(search.organizations, log)
        where.append(about)
        params += values
    if below:
        where.append(_below(below, log))
        params += [below.at, below.key] if log.table == below.table else [below.at]
    return " AND ".join(where), params


def _about(organizations: Sequence[int], log: Log) -> tuple[str, list[Any]]:
    """Done for one of the organizations, or about a row of one of them."""
    columns = {field.column for field in log.model._meta.concrete_fields}
    own = "id" if log.tracked is not None and log.tracked._meta.label == "organizations.Organization" else "organization_id"
    conditions, values = ["pgh_context->>'organization' = ANY (%s)"], [[str(key) for key in organizations]]
    if own in columns and (own != "id" or log.tracked):
        conditions.append(f'"{own}" = ANY (%s)')
        values.append(list(organizations))  # type: ignore[arg-type]
    return f"({' OR '.join(conditions)})", values


def _below(place: Place, log: Log) -> str:
    """The list goes on: earlier, or at the same moment in a table further down, or in the same one with a lower key."""
    if log.table == place.table:
        return "(pgh_created_at, pgh_id) < (%s, %s)"
    return f"pgh_created_at {'<=' if log.table < place.table else '<'} %s"


def _lines(keys: Sequence[tuple[str, int, Any]]) -> list[Line]:
    found = {(table, key): rest for table, key, *rest in _rows(keys)}
    history = _history()
    wanted: set[tuple[type[models.Model], Any]] = set()
    for (table, _), (_, _, context, now, before) in found.items():
        log = history[table]
        for said in (now, before or {}):
            wanted |= {(model, said[name]) for name in said if (model := words.target(log, name)) is not None}
        wanted.add((_tracked(log), now[_key_column(log)]))
        if context.get("organization"):
            wanted.add((_organization(), context["organization"]))
    rows = words.rows(wanted)
    names = {key: words.name_of(row) for key, row in rows.items()}
    return [_line(history[table], key, found[table, key], rows, names) for table, key, _ in keys if (table, key) in found]


def _line(log: Log, key: int, said: Sequence[Any], rows: dict[Any, Any], names: words.Names) -> Line:
    at, label, context, now, before = said
    subject = (_tracked(log), now[_key_column(log)])
    return Line(
        log=log,
        key=key,
        at=at,
        label=label,
        context=context,
        subject=names.get(subject) or f"{words.kind(log)} {subject[1]}{words.GONE}",
        row=rows.get(subject),
        organization=names.get((_organization(), context.get("organization")), ""),
        fields=tuple(_differences(log, label, now, before, names)),
    )


def _differences(log: Log, label: str, now: dict[str, Any], before: dict[str, Any] | None, names: words.Names) -> Iterator[Difference]:
    """Of an update what differs; of a new row what it says; of a deleted one what it said last."""
    for field in words.fields(log):
        name = field.attname
        if name not in now:
            continue
        raw = now[name]
        old = words.value(log, name, before[name], names) if before and name in before and label != "delete" else ""
        new = words.value(log, name, raw, names)
        if label == "delete":
            old, new = new, ""
        changed = before is None or name not in before or before[name] != raw if label == "update" else raw not in (None, "", [], {})
        technical = field.name in words.TECHNICAL or field.primary_key
        yield Difference(words.label(log, name), old, new, technical, changed)


def _rows(keys: Sequence[tuple[str, int, Any]]) -> list[tuple[Any, ...]]:
    """(table, key, at, label, context, the row, the same row before) of each."""
    by_table: dict[str, list[int]] = {}
    for table, key, _ in keys:
        by_table.setdefault(table, []).append(key)
    if not by_table:
        return []
    branches = [_branch(_history()[table]) for table in by_table]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(branches), list(by_table.values()))
        return [(*start, context or {}, _said(now), _said(before)) for *start, context, now, before in _decoded(cursor.fetchall())]


def _branch(log: Log) -> str:
    has_object = "pgh_obj" in {field.name for field in log.model._meta.fields}
    before = (
        f'(SELECT to_jsonb(p) FROM "{log.table}" p WHERE p.pgh_obj_id = t.pgh_obj_id AND p.pgh_id < t.pgh_id '
        "ORDER BY p.pgh_id DESC LIMIT 1)"
        if has_object
        else "NULL::jsonb"
    )
    return (
        f"(SELECT '{log.table}', t.pgh_id::int8, t.pgh_created_at, t.pgh_label, t.pgh_context, to_jsonb(t), {before} "
        f'FROM "{log.table}" t WHERE t.pgh_id = ANY (%s))'
    )


def _decoded(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Django leaves jsonb of raw SQL as text."""
    return [tuple(json.loads(each) if n >= 4 and isinstance(each, str) else each for n, each in enumerate(row)) for row in rows]


def _said(row: dict[str, Any] | None) -> Any:
    return None if row is None else {name: value for name, value in row.items() if not name.startswith("pgh_")}


def _tracked(log: Log) -> type[models.Model]:
    return log.tracked or log.model


def _key_column(log: Log) -> str:
    return str(_tracked(log)._meta.pk.column)


def _organization() -> type[models.Model]:
    return apps.get_model("organizations", "Organization")
