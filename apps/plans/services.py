"""Every write to work plans."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.core import turns
from apps.core.errors import DomainError
from apps.core.lifecycle import rows
from apps.core.lifecycle import services as lifecycle
from apps.core.lifecycle.enums import State
from apps.core.uploads import content_type
from apps.notices import services as notices
from apps.organizations.models import Organization
from apps.organizations.services import reports
from apps.plans import selectors
from apps.plans.models import Attachment, Plan, Section, Stage
from apps.plans.sections import PARTS
from apps.plans.selectors.boards import TO, lines, matter_of
from apps.years.models import Window

send_back = reports.send_back
note = reports.note
resolve = reports.resolve


@transaction.atomic
def draft(*, organization: Organization, window: Window, by: Any) -> tuple[Plan, bool]:
    """The unit's plan of that year; begun from last year's where there is one. Returns the plan and whether it was begun now."""
    if closed := window.closed_for(organization, timezone.localdate()):
        raise DomainError(closed)
    plan, begun = Plan.objects.get_or_create(
        organization=organization, county_id=organization.county_id, window=window, defaults={"created_by": by, "updated_by": by}
    )
    before = Plan.objects.approved().filter(organization=organization, window__year=window.year - 1).first()
    if begun and before is not None:
        for name in ("texts", *Plan.content_fields):
            setattr(plan, name, getattr(before, name))
        plan.save()
        rows.replace(plan.stages, [_a_year_later(stage) for stage in before.stages.all()], tenancy=plan.tenancy())
    return plan, begun


@transaction.atomic
def submit(*, report: Plan, by: Any, version: int) -> Plan:
    """draft | returned → submitted, with the figures of this moment. Raises Incomplete, Conflict."""
    Plan.objects.editable().filter(pk=report.pk).update(figures=selectors.figures(plan=report, user=by))
    return reports.submit(report=report, by=by, version=version)


@transaction.atomic
def approve(*, report: Plan, slot: str, by: Any, version: int) -> Plan:
    """Take one decision; the last one numbers the plan within its year, without a gap, and a number once given is kept. Raises Conflict."""
    done = reports.approve(report=report, slot=slot, by=by, version=version)
    if done.state == State.APPROVED and done.number is None:
        turns.take(f"plans.number {done.window_id}")
        done.number = Plan.objects.next_number(done.window)
        done.save(update_fields=["number"])
    return done


@transaction.atomic
def remind(*, window: Window, units: Iterable[Organization], text: str = "", by: Any) -> None:
    """Urge units that have not handed in (催办): all of them or, where one was urged today already, none. Raises DomainError."""
    line = next((each for each in lines(window=window, user=by) if not each.is_missing and each.organization in units), None)
    if line is not None:
        raise DomainError(f"{line.organization}{line.state_label}，不需要催办。", field="units")
    when = f"{timezone.localtime(window.due_at):%Y年%-m月%-d日}"
    for unit in units:
        notices.remind(
            by=by,
            to=TO,
            organization=unit,
            matter=matter_of(window),
            title=f"请上报{window.label}",
            text="\n".join(filter(None, [f"上报期限是 {when}，市少工委办公室还没有收到{unit}的{window.label}。", text.strip()])),
            url=f"{reverse('plans:list')}?year={window.year}",
            due=window.due_at,
        )


@transaction.atomic
def lay_out(*, window: Window) -> None:
    """Give a year its template: that of the last year which has one, else the circular's own parts."""
    if window.sections.exists():
        return
    before = Section.objects.filter(window__kind=window.kind, window__year__lt=window.year).order_by("-window__year").first()
    parts: Iterable[Any] = before.window.sections.all() if before else PARTS
    Section.objects.bulk_create(
        Section(window=window, position=n, **{name: getattr(part, name) for name in ("key", "title", "guidance", "is_required")})
        for n, part in enumerate(parts, start=1)
    )


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
