"""Every write to supervision reports."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.lifecycle import rows
from apps.core.lifecycle import services as lifecycle
from apps.organizations.models import Organization
from apps.organizations.services import reports
from apps.supervision.models import SupervisionReport
from apps.years.models import Window

submit = reports.submit
approve = reports.approve
send_back = reports.send_back


@transaction.atomic
def draft(*, organization: Organization, window: Window, by: Any) -> tuple[SupervisionReport, bool]:
    """The unit's report of that year; begun with last year's measures and body, which usually stand. Was it begun now?"""
    if closed := window.closed_for(organization, timezone.localdate()):
        raise DomainError(closed)
    report, begun = SupervisionReport.objects.get_or_create(
        organization=organization, county_id=organization.county_id, window=window, defaults={"created_by": by, "updated_by": by}
    )
    before = SupervisionReport.objects.approved().in_year(window.year - 1).filter(organization=organization).first()
    if begun and before is not None:
        for name in SupervisionReport.content_fields:
            setattr(report, name, getattr(before, name))
        report.save()
    return report, begun


@transaction.atomic
def save(*, report: SupervisionReport, by: Any, version: int, inspections: Sequence[Mapping[str, Any]]) -> SupervisionReport:
    """Write an edited draft with its inspections (held_on, place, findings, rectification)."""
    saved = lifecycle.save(report=report, by=by, version=version)
    rows.replace(saved.inspections, inspections, tenancy=saved.tenancy())
    return saved
