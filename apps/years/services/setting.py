"""Setting a year as a whole: windows, who reports, sign-off and targets, from one page."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.core import turns
from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle.enums import State
from apps.coverage.models import Target
from apps.organizations.models import Organization
from apps.years import selectors
from apps.years.models import Exemption, Window
from apps.years.registry import kind as kind_of
from apps.years.selectors import YearSettings
from apps.years.services import telling, windows


@transaction.atomic
def save(*, year: int, settings: YearSettings, by: Any, seen: str, aware: bool = False) -> YearSettings:
    """Open a year, or change how it is set. `aware`: the person knows what `selectors.haste` says and wants it nevertheless.

    Raises Conflict when the settings are no longer what was `seen`; answers what they were before.
    """
    turns.take("years.window")  # of two who open the same year, the second is told
    before = selectors.stored(year)
    if before.fingerprint != seen:
        raise Conflict("在您填写期间，其他人修改了这个年度的设置，您的内容还没有保存。请核对后再次保存，将以您的内容为准。")
    if not aware and selectors.haste(year=year, now=before, then=settings):
        raise DomainError("请先确认已知悉上面的提醒。", field="aware")
    for key, kind in settings.kinds.items():
        window = windows.set_days(year=year, kind=key, by=by, needs_sign_off=kind.needs_sign_off, **kind.days)
        _exempt(window, kind.exempted)
    _set_targets(year, settings.targets)
    telling.year_set(year=year, before=before, after=settings)
    return before


def _exempt(window: Window, wanted: Mapping[int, str]) -> None:
    """Keep the exemptions of a window as wanted. Whoever has handed in already is not exempted."""
    handed_in = kind_of(window.kind).reports.objects.filter(window=window).exclude(state=State.DRAFT)
    there = {each.organization_id: each for each in window.exemptions.all()}
    new = Organization.objects.counties().filter(pk__in=wanted.keys() - there.keys())
    if reported := handed_in.filter(organization__in=new).select_related("organization").first():
        raise DomainError(f"{reported.organization}已经上报，不能改为免报。", field=f"{window.kind}_unit_{reported.organization_id}")
    window.exemptions.exclude(organization__in=wanted).delete()
    for unit in new:
        Exemption.objects.create(window=window, organization=unit, county=unit, reason=wanted[unit.pk])
    for key in wanted.keys() & there.keys():
        if there[key].reason != wanted[key]:
            there[key].reason = wanted[key]
            there[key].save(update_fields=["reason"])


def _set_targets(year: int, wanted: Mapping[str, Decimal]) -> None:
    """The year's own targets; without one, the last earlier one holds."""
    own = {each.indicator: each for each in Target.objects.filter(year=year, county__isnull=True)}
    for indicator, target in own.items():
        if indicator not in wanted:
            target.delete()
    for indicator, percent in wanted.items():
        target = own.get(indicator) or Target(indicator=indicator, year=year)
        if target.percent != percent:
            target.percent = percent
            target.full_clean(validate_unique=False)
            target.save()
