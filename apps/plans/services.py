"""Every write to work plans."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from apps.core import seen as seen_rows
from apps.core import turns
from apps.core.errors import DomainError
from apps.core.lifecycle import rows
from apps.core.lifecycle import services as lifecycle
from apps.core.uploads import content_type
from apps.organizations.models import Organization
from apps.organizations.services import reports
from apps.plans.models import Attachment, Plan, Stage, Window

submit = reports.submit
approve = reports.approve
send_back = reports.send_back


@transaction.atomic
def draft(*, organization: Organization, window: Window, by: Any) -> tuple[Plan, bool]:
    """The unit's plan of that year; begun from last year's where there is one. Returns the plan and whether it was begun now."""
    if not window.is_open(timezone.localdate()):
        raise DomainError(window.closed_sentence(timezone.localdate()))
    plan, begun = Plan.objects.get_or_create(
        organization=organization, county_id=organization.county_id, window=window, defaults={"created_by": by, "updated_by": by}
    )
    before = Plan.objects.approved().filter(organization=organization, window_id=window.pk - 1).first()
    if begun and before is not None:
        for name in Plan.content_fields:
            setattr(plan, name, getattr(before, name))
        plan.save()
        rows.replace(plan.stages, [_a_year_later(stage) for stage in before.stages.all()], tenancy=plan.tenancy())
    return plan, begun


@transaction.atomic
def save(
    *,
    report: Plan,
    by: Any,
    version: int,
    stages: Sequence[Mapping[str, Any]],
    files: Iterable[UploadedFile] = (),
    remove: Iterable[Attachment] = (),
) -> Plan:
    """Write an edited draft with its stages (title, starts_on, ends_on, responsible) and its files."""
    plan = lifecycle.save(report=report, by=by, version=version)
    rows.replace(plan.stages, stages, tenancy=plan.tenancy())
    plan.attachments.filter(pk__in=[attachment.pk for attachment in remove]).delete()
    for file in files:
        _attach(plan, file)
    return plan


@transaction.atomic
def open_window(*, year: int, opens_on: date, due_on: date, closes_on: date, by: Any, seen: str | None = None) -> Window:
    """Take plans for a year, or change when; the dates are in order or the database refuses.

    Raises Conflict when the dates are no longer what was `seen`; None is for who had nothing to see.
    """
    turns.take("plans.window")  # of two who open the same year, the second is told
    window = Window.objects.filter(pk=year).first() or Window.proposed(year)
    if seen is not None:
        seen_rows.check(window, ("opens_on", "due_on", "closes_on"), seen)
    window.opens_on, window.due_on, window.closes_on = opens_on, due_on, closes_on
    window.full_clean(validate_unique=False)
    window.save()
    return window


def _a_year_later(stage: Stage) -> dict[str, Any]:
    dates = {name: _shift(getattr(stage, name)) for name in ("starts_on", "ends_on")}
    return {"title": stage.title, "responsible": stage.responsible, **dates}


def _shift(day: date | None) -> date | None:
    """The same day a year later; 29 February becomes 28."""
    if day is None:
        return None
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _attach(plan: Plan, file: UploadedFile) -> None:
    """Keep a checked file; the same bytes twice are one attachment."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    sha256 = digest.hexdigest()
    facts = {"name": str(file.name)[-200:], "content_type": content_type(file) or "", "size": file.size or 0, **plan.tenancy()}
    plan.attachments.get_or_create(sha256=sha256, defaults={"file": file, **facts})
