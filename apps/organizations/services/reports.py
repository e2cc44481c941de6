"""The lifecycle for reports that belong to an organization: the roles say for whom somebody acts.

An app's own services call these and add the consequences (a coverage figure that changed).
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied

from apps.core.lifecycle import services as lifecycle
from apps.core.lifecycle.models import Slot
from apps.organizations.models import Organization, TenantReport
from apps.organizations.rules import acting_organization, holds

R = TypeVar("R", bound=TenantReport)


def submit(*, report: R, by: Any, version: int) -> R:
    """draft | returned → submitted. Raises Incomplete, Conflict."""
    name = acting_organization(by, f"{report._meta.app_label}.submit", report.organization).office
    return lifecycle.submit(report=report, by=by, version=version, on_behalf_of=name)


def approve(*, report: R, slot: str, by: Any, version: int) -> R:
    """Take one decision. Raises Conflict when it is no longer open."""
    decision = next((each for each in report.slots() if each.key == slot), None)
    name = acting_organization(by, decision.permission, decision.about).office if decision else ""
    return lifecycle.approve(report=report, slot=slot, by=by, version=version, on_behalf_of=name)


def send_back(*, report: R, by: Any, version: int, reason: str, remarks: Mapping[str, str]) -> R:
    """submitted | approved → returned, on behalf of the organization whose decision it is, with all that was drafted there."""
    office = _office_of(report, by)
    drafted = {"office_id": office.pk, "office_county_id": office.county_id}
    facts: dict[str, Any] = {"reason": reason, "remarks": remarks, "on_behalf_of": office.office, "drafted": drafted}
    return lifecycle.send_back(report=report, by=by, version=version, **facts)


def note(*, report: TenantReport, by: Any, texts: Mapping[str, str]) -> None:
    """Keep a reviewer's remarks (passage → text) without sending them; their colleagues see them, who filed the report does not."""
    office = _office_of(report, by)
    lifecycle.note(report=report, by=by, texts=texts, drafted={"office_id": office.pk, "office_county_id": office.county_id})


def resolve(*, report: TenantReport, remark: int, by: Any, done: bool = True) -> None:
    """Settle a remark, or open it again. Raises PermissionDenied for who decides nothing about the report."""
    _office_of(report, by)
    lifecycle.resolve(report=report, remark=remark, by=by, done=done)


def _office_of(report: TenantReport, by: Any) -> Organization:
    """The organization for which somebody reviews the report. Raises PermissionDenied where none of its decisions is theirs."""
    decision = _decision_of(report, by)
    if decision is None:
        raise PermissionDenied
    return acting_organization(by, decision.permission, decision.about)


def _decision_of(report: TenantReport, by: Any) -> Slot | None:
    return next((slot for slot in (*report.open_slots(), *report.slots()) if holds(by, slot.permission, slot.about)), None)
