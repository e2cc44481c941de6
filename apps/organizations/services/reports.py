"""The lifecycle for reports that belong to an organization: the roles say for whom somebody acts.

An app's own services call these and add the consequences (a coverage figure that changed).
"""

from typing import Any, TypeVar

from apps.core.lifecycle import services as lifecycle
from apps.core.lifecycle.models import Slot
from apps.organizations.models import TenantReport
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


def send_back(*, report: R, by: Any, version: int, reason: str, remarks: dict[str, str]) -> R:
    """submitted | approved → returned, on behalf of the organization whose decision it is."""
    decision = _decision_of(report, by)
    name = acting_organization(by, decision.permission, decision.about).office if decision else ""
    return lifecycle.send_back(report=report, by=by, version=version, reason=reason, remarks=remarks, on_behalf_of=name)


def _decision_of(report: TenantReport, by: Any) -> Slot | None:
    return next((slot for slot in (*report.open_slots(), *report.slots()) if holds(by, slot.permission, slot.about)), None)
