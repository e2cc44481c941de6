"""Every write to work plans."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.core import turns
from apps.core.errors import DomainError
from apps.core.lifecycle import merging, rows
from apps.core.lifecycle import services as lifecycle
from apps.core.lifecycle.enums import State
from apps.core.uploads import MAX_FILES, content_type
from apps.notices import services as notices
from apps.organizations.models import Organization
from apps.organizations.services import reports
from apps.plans import selectors
from apps.plans.models import Attachment, Plan, Section
from apps.plans.sections import PARTS, STAGES
from apps.plans.selectors.boards import TO, lines, matter_of
from apps.plans.services import tasks
from apps.plans.suggestions import suggested
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
    before = selectors.last_year(plan) if begun else None
    if before is not None:
        for name in ("texts", *Plan.content_fields):
            setattr(plan, name, getattr(before, name))
        plan.save()
        rows.replace(plan.stages, [stage.a_year_later() for stage in before.stages.all()], tenancy=plan.tenancy())
    elif begun:
        keys = {section.key for section in plan.sections}
        plan.texts = {key: text for key, (_, text) in suggested(organization).items() if key in keys}
        plan.save()
    return plan, begun


@transaction.atomic
def submit(*, report: Plan, by: Any, version: int) -> Plan:
    """draft | returned → submitted, with the figures of this moment. Raises Incomplete, Conflict."""
    if report.frozen:
        raise DomainError(report.frozen)
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
    if done.state == State.APPROVED:
        tasks.lay_down(plan=done)
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


@transaction.atomic
def attach(*, plan: Plan, by: Any, files: Sequence[UploadedFile] = (), remove: Iterable[Attachment] = ()) -> Plan:
    """Add files to a draft and take others away, whatever its text says by now. Raises Conflict, DomainError."""
    stored = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    keys = [attachment.pk for attachment in remove]
    if stored.attachments.exclude(pk__in=keys).count() + len(files) > MAX_FILES:
        raise DomainError(f"附件最多 {MAX_FILES} 个，请先移除不需要的附件。", field="uploads")
    lifecycle.save(report=stored, by=by, version=stored.version)
    stored.attachments.filter(pk__in=keys).delete()
    for file in files:
        _attach(stored, file)
    return stored


@dataclass(frozen=True)
class Written:
    """A draft after somebody's words were joined with what others saved meanwhile."""

    plan: Plan
    taken: tuple[str, ...] = ()  # parts that only others changed: theirs stand
    colliding: tuple[str, ...] = ()  # parts that both changed: theirs stand until the writer decides
    theirs_by: str = ""  # who saved them, and when
    theirs_at: datetime | None = None


@transaction.atomic
def write(
    *,
    report: Plan,
    by: Any,
    parts: Mapping[str, Any],
    seen: Mapping[str, str],
    files: Iterable[UploadedFile] = (),
    remove: Iterable[Attachment] = (),
) -> Written:
    """Join what somebody wrote (`parts`, as Plan.parts()) with what is stored; `seen` are the digests of what they began from.

    Parts that nobody else touched are written. Raises Conflict when the plan can no longer be edited.
    """
    stored = Plan.objects.select_for_update(of=("self",)).select_related("window", "updated_by").get(pk=report.pk)
    before = stored.parts()
    joined = merging.join(mine=parts, stored=before, seen=seen)
    who, at = stored.updated_by or stored.created_by, stored.updated_at
    files, remove = list(files), list(remove)
    if joined.values != before or files or remove or not stored.is_editable:
        stages = joined.values.pop(STAGES, before.get(STAGES, []))
        for name in Plan.content_fields:
            setattr(stored, name, joined.values.pop(name))
        stored.texts = {**stored.texts, **joined.values}
        save(report=stored, by=by, version=stored.version, stages=stages, files=files, remove=remove)
    return Written(stored, joined.taken, joined.colliding, who.name, at)


def _attach(plan: Plan, file: UploadedFile) -> None:
    """Keep a checked file; the same bytes twice are one attachment."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    sha256 = digest.hexdigest()
    facts = {"name": str(file.name)[-200:], "content_type": content_type(file) or "", "size": file.size or 0, **plan.tenancy()}
    plan.attachments.get_or_create(sha256=sha256, defaults={"file": file, **facts})
