"""Supervision reports in a given state, as if their way there had been gone."""

from datetime import date
from typing import Any

import factory
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.organizations.models import Organization
from apps.supervision.models import Inspection, SupervisionReport
from apps.years.models import Window
from tests.factories.people import UserFactory
from tests.factories.reports import unlocked


def window_of(year: int) -> Window:
    """The supervision window of a year; one that is over is still open for whoever tests it."""
    days = {"opens_on": date(year, 1, 1), "due_on": date(year, 12, 20), "closes_on": max(date(year, 12, 31), timezone.localdate())}
    return Window.objects.get_or_create(kind="supervision", year=year, defaults=days)[0]


class SupervisionFactory(factory.django.DjangoModelFactory):
    """`SupervisionFactory(organization=county, year=2026)`: a draft with measures and a body; by default of 2012."""

    class Meta:
        model = SupervisionReport
        exclude = ("year",)

    county_id = factory.SelfAttribute("organization.county_id")
    year = 2012
    window = factory.LazyAttribute(lambda report: window_of(report.year))
    measures_title = "少先队工作督导办法"
    measures_issued_on = date(2012, 3, 1)
    body_name = "少先队工作督导组"
    body_head = "王芳（副主任）"
    body_set_up_on = date(2012, 4, 1)
    created_by = factory.SubFactory(UserFactory)


def inspected(report: SupervisionReport, held_on: date = date(2012, 6, 1), **facts: Any) -> Inspection:
    defaults = {"place": "第一小学", "findings": "队室偏小", "rectification": "已调整", "position": report.inspection_count + 1}
    with unlocked(report):
        return report.inspections.create(held_on=held_on, **{**defaults, **facts}, **report.tenancy())


def handed_in(organization: Organization, state: str = State.SUBMITTED, **facts: Any) -> SupervisionReport:
    """A report that was submitted."""
    by = facts.pop("submitted_by", None) or UserFactory()
    defaults = {"submitted_at": timezone.now(), "submitted_by": by, "created_by": by}
    return SupervisionFactory(organization=organization, state=state, **{**defaults, **facts})
