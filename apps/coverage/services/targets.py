"""Setting what is to be reached by one county alone, and the steps on the way within a year. A year's own targets: apps/years."""

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from apps.core import turns
from apps.core.errors import Conflict, DomainError
from apps.coverage.models import Milestone, Target, Year
from apps.coverage.registry import Indicator
from apps.coverage.selectors.targets import everything
from apps.organizations.models import Organization


@transaction.atomic
def set_apart(*, indicator: Indicator, year: int, county: Organization, percent: Decimal, reason: str) -> Target:
    """Give one reporting unit a target of its own from a year on, for a reason. Raises DomainError; Conflict where it has one already."""
    if not reason.strip():
        raise DomainError("请写明单独设定的原因。", field="reason")
    _refuse_closed(year)
    facts = {"indicator": indicator.key, "year": year, "county": county, "percent": percent, "reason": reason.strip()}
    try:
        with transaction.atomic():
            return Target.objects.create(**facts)
    except IntegrityError as error:
        if "target_once_a_year" not in str(error):
            raise
        there = Target.objects.get(indicator=indicator.key, year=year, county=county)
        raise Conflict(f"{county}这一年已有单独目标 {there.percent.normalize():f}%（{there.reason}），请先撤销再设定。") from error


@transaction.atomic
def withdraw(*, target: Target) -> None:
    """Let the city's target hold again for that unit and year; taking it away twice is taking it away once."""
    _refuse_closed(target.year)
    Target.objects.filter(pk=target.pk, county__isnull=False).delete()


@transaction.atomic
def add_step(*, indicator: Indicator, due_on: date, percent: Decimal, county: Organization | None = None) -> Milestone:
    """A step within a year. It may not ask for more than the year's target, nor for less than the step before it. Raises DomainError."""
    _refuse_closed(due_on.year, field="due_on")
    turns.take("coverage.steps")  # each is held against those before and after it
    target = everything().of(indicator.key, due_on.year, county.pk if county else None)
    if target is None:
        raise DomainError(f"“{indicator.label}”{due_on.year}年没有目标，请先设定全年目标。", field="indicator")
    if percent > target:
        raise DomainError(f"不能高于全年目标 {target.normalize():f}%。", field="percent")
    for step in Milestone.objects.filter(indicator=indicator.key, due_on__year=due_on.year, county=county):
        if step.due_on == due_on:
            raise Conflict(f"{due_on}已有分步目标 {step.percent.normalize():f}%，请先移除。")
        if (step.due_on < due_on and step.percent > percent) or (step.due_on > due_on and step.percent < percent):
            raise DomainError(f"应与 {step.due_on} 的分步目标 {step.percent.normalize():f}% 前后衔接，只升不降。", field="percent")
    return Milestone.objects.create(indicator=indicator.key, due_on=due_on, percent=percent, county=county)


@transaction.atomic
def remove_step(*, milestone: Milestone) -> None:
    _refuse_closed(milestone.due_on.year)
    Milestone.objects.filter(pk=milestone.pk).delete()


def _refuse_closed(year: int, *, field: str | None = None) -> None:
    if Year.objects.closed().filter(pk=year).exists():
        raise DomainError(f"{year}年已关闭，目标不再变动。", field=field)
