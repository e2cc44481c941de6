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

submit = reports.submit
approve = reports.approve
send_back = reports.send_back


@transaction.atomic
def draft(*, organization: Organization, year: int, by: Any) -> tuple[SupervisionReport, bool]:
    """The unit's report of that year; begun with last year's measures and body, which usually stand. Was it begun now?"""
    open_now = SupervisionReport.open_years(timezone.localdate())
    if year not in open_now:
        raise DomainError(f"现在可以填报{'、'.join(f'{each}年' for each in open_now)}的督导情况。")
    report, begun = SupervisionReport.objects.get_or_create(
        organization=organization, county_id=organization.county_id, year=year, defaults={"created_by": by, "updated_by": by}
    )
    before = SupervisionReport.objects.approved().in_year(year - 1).filter(organization=organization).first()
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
