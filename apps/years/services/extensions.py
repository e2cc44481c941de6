"""More time for one unit: it asks, the city grants a day or refuses. The window then opens for that unit alone and closes itself."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import formats, timezone

from apps.core import turns
from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle.enums import EDITABLE
from apps.organizations.models import Organization
from apps.years.enums import Answer
from apps.years.models import Extension, Window
from apps.years.registry import kind as kind_of
from apps.years.services import telling


@transaction.atomic
def ask(*, window: Window, organization: Organization, reason: str, wanted_until: date, by: Any) -> Extension:
    """A unit asks for more time. Refused with a sentence where there is nothing to ask for, or it has asked already."""
    turns.take(f"years.extension.{window.pk}.{organization.pk}")
    window = Window.objects.get(pk=window.pk)  # its year may have been closed since
    if sentence := needless(window=window, organization=organization):
        raise DomainError(sentence)
    _check_day(window, organization, wanted_until, "wanted_until")
    if not reason.strip():
        raise DomainError("请写明申请理由。", field="reason")
    extension = Extension.objects.create(
        window=window, organization=organization, county=organization, reason=reason.strip(), wanted_until=wanted_until, asked_by=by
    )
    telling.asked(extension)
    return extension


def needless(*, window: Window, organization: Organization) -> str:
    """Why this unit cannot, or need not, ask for more time now; empty where it may."""
    if window.closed_at:
        return window.frozen_for(organization, timezone.localdate()) or f"{window.label}正在更正，不需要申请延期。"
    if window.exemptions.filter(organization=organization).exists():
        return window.closed_for(organization, timezone.localdate())
    if timezone.localdate() < window.opens_on:
        return window.closed_sentence(timezone.localdate())
    if waiting := window.extensions.waiting().filter(organization=organization).select_related("asked_by").first():
        asked = timezone.localtime(waiting.asked_at)
        return f"{waiting.asked_by}已于 {asked:%Y-%m-%d %H:%M} 申请延期，请等待市少工委办公室答复；需要改动的，请先撤回。"
    report = kind_of(window.kind).reports.objects.filter(window=window, organization=organization).first()
    if report is not None and report.state not in EDITABLE:
        return f"{window.label}{report.state_label}，不需要申请延期。"
    return ""


@transaction.atomic
def withdraw(*, extension: Extension, by: Any) -> Extension:
    """The unit takes its application back. Raises Conflict when it has been answered."""
    stored = _lock(extension)
    stored.answer, stored.answered_by, stored.answered_at = Answer.WITHDRAWN, by, timezone.now()
    stored.save()
    telling.withdrawn(stored)
    return stored


@transaction.atomic
def grant(*, extension: Extension, until: date, note: str = "", by: Any) -> Extension:
    """Open the window for this unit alone until the end of a day; what comes then is still late. Raises Conflict when it was answered."""
    stored = _lock(extension)
    if stored.window.closed_at:
        raise DomainError(stored.window.frozen_for(stored.organization, timezone.localdate()))
    _check_day(stored.window, stored.organization, until, "until")
    return _answer(stored, Answer.GRANTED, until=until, note=note, by=by)


@transaction.atomic
def refuse(*, extension: Extension, note: str, by: Any) -> Extension:
    """Say why not. Raises Conflict when it was answered."""
    if not note.strip():
        raise DomainError("不批准的，请写明理由。", field="note")
    return _answer(_lock(extension), Answer.REFUSED, note=note, by=by)


def _answer(stored: Extension, answer: Answer, *, note: str, by: Any, until: date | None = None) -> Extension:
    stored.answer, stored.until, stored.note = answer, until, note.strip()
    stored.answered_by, stored.answered_at = by, timezone.now()
    stored.save()
    telling.answered(stored)
    return stored


def _check_day(window: Window, organization: Organization, day: date, field: str) -> None:
    """A day that is past, or on which the window is open anyway, is no more time."""
    today, last = timezone.localdate(), max(window.closes_on, window.until(organization) or window.closes_on)
    if day < today:
        raise DomainError("这一天已经过去，请选择今天或以后的日期。", field=field)
    if day <= last:
        raise DomainError(f"到 {last:%Y-%m-%d} 本来就可以上报，请选择更晚的日期。", field=field)


def _lock(extension: Extension) -> Extension:
    """The stored row, locked; somebody may have answered meanwhile."""
    stored = Extension.objects.select_for_update(of=("self",)).select_related("window", "organization", "answered_by").get(pk=extension.pk)
    if not stored.is_open:
        when = formats.date_format(timezone.localtime(stored.answered_at), "n月j日 H:i")
        until = f"，延至 {stored.until:%Y-%m-%d}" if stored.until else ""
        raise Conflict(f"{stored.answered_by}在 {when} 已办理（{stored.get_answer_display()}{until}），您的操作没有执行。")
    return stored
