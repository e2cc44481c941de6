"""Who is not counted, and why: an exemption holds from a day on and ends on a day; what a closed year has listed stays."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import Conflict, DomainError
from apps.coverage.models import Exemption, Year
from apps.coverage.registry import Indicator
from apps.organizations.models import Organization


@transaction.atomic
def exempt(*, organization: Organization, indicator: Indicator, since: date, reason: str, by: Any) -> Exemption:
    """Leave an organization out of an indicator's lists from a day on. Raises DomainError, Conflict where it is left out already."""
    if not reason.strip():
        raise DomainError("请写明不列入统计的原因。", field="reason")
    if organization.kind != indicator.level:
        raise DomainError(f"“{indicator.label}”不统计{organization}。", field="organization")
    if since > timezone.localdate():
        raise DomainError("起始日期不能晚于今天。", field="since")
    _refuse_closed(since, field="since")
    facts = {"indicator": indicator.key, "since": since, "reason": reason.strip(), "by": by}
    try:
        with transaction.atomic():
            return Exemption.objects.create(organization=organization, county_id=organization.county_id, **facts)
    except IntegrityError as error:
        if "exemption_holds_once" not in str(error):
            raise
        raise Conflict(f"{organization}已经不列入“{indicator.label}”统计，请核对。") from error


@transaction.atomic
def end(*, exemption: Exemption) -> Exemption:
    """Count it again from today on. Raises Conflict where somebody else has done so."""
    stored = Exemption.objects.select_for_update(of=("self",)).select_related("organization").get(pk=exemption.pk)
    if stored.until is not None:
        raise Conflict(f"{stored.organization}已自 {stored.until} 起恢复统计，请核对。")
    stored.until = max(timezone.localdate(), stored.since)
    stored.save(update_fields=["until"])
    return stored


def _refuse_closed(day: date, *, field: str) -> None:
    newest = Year.objects.closed().order_by("-year").first()
    if newest is not None and day.year <= newest.year:
        raise DomainError(f"{newest}已关闭，名单不再变动；请填写 {newest.year + 1}-01-01 或以后的日期。", field=field)
