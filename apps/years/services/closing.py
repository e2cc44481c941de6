"""Closing a year, after which nothing in it changes; and the one door through which a report of a closed year is corrected."""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.core import turns
from apps.core.errors import DomainError
from apps.coverage.models import Year
from apps.coverage.services import figures
from apps.organizations.models import Organization
from apps.years.enums import Answer
from apps.years.models import Extension, Reopening, Window
from apps.years.registry import kind as kind_of
from apps.years.services import telling
from apps.years.triggers import LOCK


@transaction.atomic
def close(*, year: int, by: Any) -> Year:
    """Freeze a year that is over: figures, lists, reports. Whoever is just writing to it is waited for; who comes later is refused.

    Applications for more time that still wait are refused with it.
    """
    if timezone.localdate().year <= year:
        raise DomainError(f"{year}年尚未结束，{year + 1}年1月1日起可以关闭。")
    turns.take("coverage.figures")  # before the lock: a writer may have settled the figures and not yet written
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    for extension in Extension.objects.waiting().filter(window__year=year).select_related("window", "organization"):
        extension.answer, extension.note = Answer.REFUSED, "年度已关闭，不再延期；确需补报的，可请市少工委办公室更正。"
        extension.answered_by, extension.answered_at = by, timezone.now()
        extension.save()
        telling.answered(extension)
    closed = figures.close(year=Year.objects.get_or_create(pk=year)[0], by=by)
    telling.closed(year)
    return closed


@transaction.atomic
def reopen(*, window: Window, organization: Organization, reason: str, until: date, by: Any) -> Reopening:
    """Open one unit's report of a closed year until the end of a day. One that was handed in is sent back for it, with the reason."""
    today = timezone.localdate()
    if window.closed_at is None:
        raise DomainError(f"{window.year}年度尚未关闭，不需要更正：可以直接退回，或者批准延期。")
    if not reason.strip():
        raise DomainError("请写明更正原因。", field="reason")
    if until < today:
        raise DomainError("这一天已经过去，请选择今天或以后的日期。", field="until")
    turns.take(f"years.reopening.{window.pk}.{organization.pk}")
    if there := window.reopenings.open_on(today).filter(organization=organization).select_related("by").first():
        raise DomainError(f"{there.by}已将{organization}的{window.label}重新开放至 {there.until:%Y-%m-%d}。")
    reopening = Reopening.objects.create(
        window=window, organization=organization, county=organization, reason=reason.strip(), until=until, by=by
    )
    kind = kind_of(window.kind)
    report = kind.reports.objects.filter(window=window, organization=organization).first()
    if report is not None and report.is_returnable:
        kind.services.send_back(report=report, by=by, version=report.version, reason=f"更正：{reason.strip()}", remarks={})
    telling.reopened(reopening, report)
    return reopening
