"""Meetings: called, recorded, confirmed; reopened or called off with a reason."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from apps.conferences.enums import Presence, Verb
from apps.conferences.models import Attachment, Attendance, Meeting, Member, Step
from apps.core import seen as seen_rows
from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle import rows
from apps.core.uploads import content_type
from apps.notices.enums import Kind
from apps.notices.services import tell
from apps.organizations.models import Organization
from apps.organizations.rules import acting_organization

FACTS = ("title", "day", "starts_at", "place", "chair")
APPOINTMENT = ("day", "starts_at", "place")
LOCKED = "纪要已经确认，不能再修改。如需修改，请{lead}负责人重新打开纪要。"


@transaction.atomic
def call(*, unit: Organization, agenda: Sequence[str], by: Any, **facts: Any) -> Meeting:
    """Put down a meeting (title, day, starts_at, place, chair) with its agenda, before it is held or afterwards."""
    meeting = Meeting(organization=unit, county_id=unit.county_id, created_by=by, **facts)
    _check(meeting)
    meeting.full_clean()
    meeting.save()
    _write_agenda(meeting, agenda)
    _announce(meeting, "定于 {when}召开")
    return meeting


@transaction.atomic
def amend(*, meeting: Meeting, agenda: Sequence[str], seen: str, by: Any, **facts: Any) -> Meeting:
    """Change when and where, or the agenda. Raises Conflict when these are no longer what was `seen`."""
    stored = _open(meeting)
    seen_rows.check(stored, FACTS, seen, stored.agenda_text)
    moved = any(getattr(stored, name) != facts[name] for name in APPOINTMENT)
    for name in FACTS:
        setattr(stored, name, facts[name])
    _check(stored)
    stored.full_clean()
    stored.save()
    _write_agenda(stored, agenda)
    if moved:
        _announce(stored, "改为 {when}召开")
    return stored


@transaction.atomic
def record(
    *,
    meeting: Meeting,
    minutes: str,
    presences: Mapping[Member, str],
    seen: str,
    by: Any,
    files: Iterable[UploadedFile] = (),
    remove: Iterable[Attachment] = (),
) -> Meeting:
    """Write the minutes (cleaned text), who came, and the files. Raises Conflict when these are no longer what was `seen`."""
    stored = _open(meeting)
    if stored.day > timezone.localdate():
        raise DomainError(f"会议定于 {stored.day} 召开，召开后再记录纪要。")
    seen_rows.check(stored, ("minutes",), seen, stored.attendance_text)
    stored.minutes = minutes
    stored.save()
    for member, presence in presences.items():
        Attendance.objects.update_or_create(meeting=stored, member=member, **stored.tenancy(), defaults={"presence": presence})
    stored.attachments.filter(pk__in=[attachment.pk for attachment in remove]).delete()
    for file in files:
        _attach(stored, file)
    return stored


def missing(meeting: Meeting) -> list[str]:
    """What confirmed minutes may not lack, a sentence each."""
    found = []
    if not meeting.minutes and not meeting.attachments.exists():
        found.append("还没有写纪要，也没有附上纪要文件。")
    if not meeting.attendances.filter(presence=Presence.PRESENT).exists():
        found.append("还没有记录出席的成员。")
    return found


def digest(meeting: Meeting) -> str:
    """Names all that the minutes say, so that nobody confirms what they did not see."""
    decisions = "\n".join(f"{row.text} {row.responsible} {row.due_on}" for row in meeting.decisions.all())
    files = " ".join(meeting.attachments.values_list("sha256", flat=True))
    return seen_rows.fingerprint(meeting, (*FACTS, "minutes"), meeting.agenda_text, meeting.attendance_text, decisions, files)


@transaction.atomic
def confirm(*, meeting: Meeting, seen: str, by: Any) -> Meeting:
    """The minutes stand from now on. Raises Conflict when they are no longer what was `seen`."""
    stored = _open(meeting)
    if stored.day > timezone.localdate():
        raise DomainError(f"会议定于 {stored.day} 召开，召开后再确认纪要。")
    if digest(stored) != seen:
        raise Conflict("纪要刚才有改动，请看过现在的内容再确认。")
    if gaps := missing(stored):
        raise DomainError("".join(gaps))
    stored.confirmed_at = timezone.now()
    stored.save()
    _step(stored, Verb.CONFIRM, by)
    _tell(stored, f"{stored}的纪要已确认", "议定事项以确认的纪要为准。")
    return stored


@transaction.atomic
def reopen(*, meeting: Meeting, reason: str, by: Any) -> Meeting:
    """Confirmed minutes may be changed again, because somebody says why."""
    stored = _locked(meeting)
    if not stored.confirmed_at:
        raise DomainError("这次会议的纪要没有确认，可以直接修改。")
    stored.confirmed_at = None
    stored.save()
    _step(stored, Verb.REOPEN, by, reason)
    _tell(stored, f"{stored}的纪要已重新打开", f"理由：{reason}。修改后请再次确认。")
    return stored


@transaction.atomic
def call_off(*, meeting: Meeting, reason: str, by: Any) -> Meeting:
    """A meeting does not take place; it stays on record with the reason."""
    stored = _open(meeting)
    if stored.minutes or stored.attendances.exists():
        raise DomainError("这次会议已经有纪要或出席记录，不能取消。")
    stored.called_off_at = timezone.now()
    stored.save()
    _step(stored, Verb.CALL_OFF, by, reason)
    _tell(stored, f"{stored}已取消", f"原定 {stored.when}召开。理由：{reason}")
    return stored


def open_for_change(meeting: Meeting) -> Meeting:
    """The stored meeting, locked for this transaction. Raises DomainError when it was called off or its minutes are confirmed."""
    return _open(meeting)


def locked_sentence(meeting: Meeting) -> str:
    """Why a meeting cannot be changed, and who can change that; empty while it can."""
    if meeting.called_off_at:
        return "会议已经取消，不能再修改。"
    return LOCKED.format(lead=meeting.organization.office) if meeting.confirmed_at else ""


def _locked(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_for_update(of=("self",)).select_related("organization").get(pk=meeting.pk)


def _open(meeting: Meeting) -> Meeting:
    stored = _locked(meeting)
    if why := locked_sentence(stored):
        raise DomainError(why)
    return stored


def _check(meeting: Meeting) -> None:
    """What the form alone cannot see."""
    same = Meeting.objects.of(meeting.organization).convened().filter(title=meeting.title)
    if same.exclude(pk=meeting.pk).exists():
        raise DomainError("已有同名的会议，请核对是否重复登记。", field="title")
    if meeting.chair and meeting.chair.organization_id != meeting.organization_id:
        raise DomainError("请从本单位的联席会议成员中选择主持人。", field="chair")


def _write_agenda(meeting: Meeting, agenda: Sequence[str]) -> None:
    rows.replace(meeting.agenda, [{"title": each} for each in agenda], tenancy=meeting.tenancy())


def _attach(meeting: Meeting, file: UploadedFile) -> None:
    """Keep a checked file; the same bytes twice are one attachment."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    facts = {"name": str(file.name)[-200:], "content_type": content_type(file) or "", "size": file.size or 0, **meeting.tenancy()}
    meeting.attachments.get_or_create(sha256=digest.hexdigest(), defaults={"file": file, **facts})


def _step(meeting: Meeting, verb: Verb, by: Any, reason: str = "") -> None:
    name = acting_organization(by, "conferences.edit", meeting.organization).office
    Step.objects.create(meeting=meeting, verb=verb, by=by, on_behalf_of=name, reason=reason, **meeting.tenancy())


def _announce(meeting: Meeting, words: str) -> None:
    """Tell the unit's people when and where, of a meeting that is still to come."""
    if meeting.day >= timezone.localdate():
        place = f"地点：{meeting.place}。" if meeting.place else ""
        items = "；".join(meeting.agenda.values_list("title", flat=True))
        title = f"{meeting}{words.format(when=f'{meeting.when} ' if meeting.starts_at else meeting.when)}"
        _tell(meeting, title, f"{place}{f'议题：{items}。' if items else ''}", until=meeting.day)


def _tell(meeting: Meeting, title: str, text: str, *, until: date | None = None) -> None:
    """Those of the unit who keep its conference, but for who did it; the words and the moment make a telling what it is."""
    tell(
        kind=Kind.CONFERENCE,
        to="conferences.edit",
        organization=meeting.organization,
        title=title,
        text=text,
        url=meeting.get_absolute_url(),
        key=f"conferences.meeting.{meeting.pk}.{timezone.now():%Y%m%d%H%M%S%f}",
        until=timezone.make_aware(datetime.combine(until, time.max)) if until else None,
    )


def default_title(unit: Organization, year: int) -> str:
    """How the next meeting of a year is called, unless somebody says otherwise."""
    count = Meeting.objects.of(unit).in_year(year).convened().count()
    return f"{year}年第{count + 1}次联席会议"
