"""What somebody did lately in the role they wear: the steps they took, the registers they kept, the acts that are theirs.

Nothing is written down for this. Three queries find the latest of everything, one more for each kind of thing brings its name.
"""

# ruff: noqa: S608  names of tables come from the models; values are parameters

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import F, Value

from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.audit.selectors import words
from apps.conferences.enums import Verb as MeetingVerb
from apps.conferences.models import Step as MeetingStep
from apps.core.lifecycle.models import Report
from apps.organizations.grants import whole_scope
from apps.organizations.models import TenantStep

MOST = 6
ACTS = (Verb.EXPORT, Verb.GRANT, Verb.REVOKE, Verb.ACCOUNT, Verb.REMIND)
# Rows that people keep without handing them in: what it is called to add one, and to change it.
REGISTERS = {
    "organizations.PioneerUnit": ("登记", "修改"),
    "organizations.School": ("登记", "修改"),
    "organizations.Place": ("登记", "调整"),
    "years.Window": ("设置", "调整"),
    "years.Extension": ("提出", "答复"),
    "conferences.Meeting": ("安排", "修改"),
    "conferences.Member": ("登记", "修改"),
}


@dataclass(frozen=True)
class Deed:
    """One thing somebody did: when, what, about what, and the way there. `kind` is what it is, where its name does not say so."""

    at: datetime
    verb: str
    about: str
    url: str = ""
    kind: str = ""


@dataclass(frozen=True)
class _Trace:
    """The same before the name of its row is known."""

    at: datetime
    model: type[models.Model]
    key: int
    verb: str
    slot: str = ""


def deeds(user: Any, hat: Any) -> list[Deed]:
    """The latest first; nothing of another role, and nothing that this one does not show any more."""
    if hat is None:
        return []
    traces = sorted([*_steps(user, hat), *_register(user, hat)], key=lambda trace: trace.at, reverse=True)
    latest = list({(trace.model, trace.key, trace.verb): trace for trace in reversed(traces)}.values())
    latest = sorted(latest, key=lambda trace: trace.at, reverse=True)[:MOST]
    rows = _rows(latest, user)
    found = [_deed(trace, rows[trace.model, trace.key]) for trace in latest if (trace.model, trace.key) in rows]
    return sorted([*found, *_acts(user, hat)], key=lambda deed: deed.at, reverse=True)[:MOST]


def _steps(user: Any, hat: Any) -> Iterator[_Trace]:
    """The steps of reports and of meetings that the person took for the organization of their role."""
    tables = [(model, "report") for model in apps.get_models() if issubclass(model, TenantStep)] + [(MeetingStep, "meeting")]
    own = [
        model._default_manager.filter(by=user, on_behalf_of=hat.organization.office)
        .annotate(source=Value(number), about=F(f"{name}_id"), place=F("slot") if name == "report" else Value(""))
        .order_by("-at")
        .values_list("source", "about", "verb", "place", "at")[:MOST]
        for number, (model, name) in enumerate(tables)
    ]
    for source, about, verb, place, at in own[0].union(*own[1:], all=True).order_by("-at")[: 2 * MOST]:
        model, name = tables[source]
        target = model._meta.get_field(name).remote_field.model  # type: ignore[union-attr]
        yield _Trace(at, target, about, MeetingVerb(verb).label if model is MeetingStep else verb, place)


def _register(user: Any, hat: Any) -> Iterator[_Trace]:
    """What the person added and changed in registers, as the history has it. Its own columns have the index that is used here."""
    sources = [apps.get_model(label) for label in REGISTERS]
    branches, params = [], []
    for number, model in enumerate(sources):
        table = model.pgh_event_model._meta.db_table
        branches.append(
            f"(SELECT {number} AS source, pgh_obj_id::int8 AS key, pgh_label, pgh_created_at AS at FROM {table} WHERE pgh_user = %s "
            "AND pgh_context->>'role' = %s AND pgh_context->>'organization' = %s ORDER BY pgh_created_at DESC, pgh_id DESC "
            f"LIMIT {2 * MOST})"
        )
        params += [str(user.pk), str(hat), str(hat.organization_id)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(branches)}) found ORDER BY at DESC LIMIT {2 * MOST}", params)
        for source, key, label, at in cursor.fetchall():
            added, changed = REGISTERS[sources[source]._meta.label]
            yield _Trace(at, sources[source], key, added if label == "insert" else changed)


def _acts(user: Any, hat: Any) -> Iterator[Deed]:
    """Exports, accounts, reminders. The log is read by whoever sees the whole city, and by nobody else."""
    if not whole_scope(user).everything:
        return
    mine = Act.objects.by([user.pk]).for_organizations([hat.organization_id]).of(*ACTS).filter(role=str(hat)).newest_first()[:MOST]
    for act in mine:
        yield Deed(act.at, act.get_verb_display(), act.about, act.get_absolute_url() if user.has_perm("audit.view") else "")


def _rows(traces: list[_Trace], user: Any) -> dict[tuple[type[models.Model], int], Any]:
    """The rows that the role still shows, one query for each model."""
    keys: dict[type[models.Model], set[int]] = defaultdict(set)
    for trace in traces:
        keys[trace.model].add(trace.key)
    found = {}
    for model, wanted in keys.items():
        manager: Any = model._default_manager
        seen = manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()
        related = [field.name for field in model._meta.concrete_fields if field.remote_field and not field.null]
        for row in seen.filter(pk__in=wanted).select_related(*related):
            found[model, row.pk] = row
    return found


def _deed(trace: _Trace, row: Any) -> Deed:
    verb = trace.verb
    if isinstance(row, Report):  # in its own words: 接收, 确认, 接受邀请
        slot = next((each for each in row.slots() if each.key == trace.slot), None) if trace.slot else None
        verb = slot.label if slot else row.verb_label(trace.verb)
    page = row if hasattr(row, "get_absolute_url") else getattr(row, "organization", None)
    name, kind = words.name_of(row), str(row._meta.verbose_name)
    return Deed(trace.at, verb, name, page.get_absolute_url() if page else "", "" if kind in name else kind)
