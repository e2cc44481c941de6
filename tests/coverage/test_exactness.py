"""Whatever happens in whatever order: the incremental figures, a full count and a count by hand say the same at every node."""

from datetime import date, timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.coverage.models import Exemption
from apps.coverage.services import figures
from apps.organizations.enums import Kind, PlaceArea
from apps.organizations.models import Organization, PioneerUnit, Place
from tests.factories.coverage import WAYS as KINDS
from tests.factories.coverage import ExemptionFactory, counted_by_hand, facts_of, figures_of, open_year
from tests.factories.organizations import UnitFactory

TODAY = date(2026, 11, 24)
DAYS = st.integers(-400, 30).map(lambda days: TODAY + timedelta(days=days))
PICKS = st.integers(0, 10**6)


def establish(pick, day, area):
    UnitFactory(organization=_one(Organization.objects.of_kind(Kind.PLACE), pick), kind=KINDS[pick % 4], established_on=day)


def dissolve(pick, day, area):
    if unit := _one(PioneerUnit.objects.filter(dissolved_on=None, established_on__lte=day), pick):
        PioneerUnit.objects.filter(pk=unit.pk).update(dissolved_on=day)


def move_unit(pick, day, area):
    if unit := _one(PioneerUnit.objects.all(), pick):
        place = _one(Organization.objects.of_kind(Kind.PLACE), pick // 7)
        PioneerUnit.objects.filter(pk=unit.pk).update(organization=place, county=place.county_id)


def add_place(pick, day, area):
    town = _one(Organization.objects.of_kind(Kind.TOWN), pick)
    place = Organization.objects.create(kind=Kind.PLACE, name=f"新村{Organization.objects.count()}", parent=town)
    Place.objects.create(organization=place, county_id=place.county_id, area=area, opened_on=day)


def merge_place(pick, day, area):
    place = _one(Place.objects.filter(closed_on=None).exclude(opened_on__gt=day), pick)
    Place.objects.filter(pk=place.pk).update(closed_on=day)


def change_area(pick, day, area):
    Place.objects.filter(organization=_one(Organization.objects.of_kind(Kind.PLACE), pick)).update(area=area)


def move_town(pick, day, area):
    _move(_one(Organization.objects.of_kind(Kind.TOWN), pick), _one(Organization.objects.counties(), pick // 7))


def move_place(pick, day, area):
    _move(_one(Organization.objects.of_kind(Kind.PLACE), pick), _one(Organization.objects.of_kind(Kind.TOWN), pick // 7))


def exempt(pick, day, area):
    place = _one(Organization.objects.of_kind(Kind.PLACE), pick)
    if not Exemption.objects.filter(organization=place, until=None).exists():
        ExemptionFactory(organization=place, since=day)


def count_again(pick, day, area):
    if exemption := _one(Exemption.objects.filter(until=None, since__lte=day), pick):
        Exemption.objects.filter(pk=exemption.pk).update(until=day)


def settle(pick, day, area):
    figures.settle(today=TODAY)


ACTS = (
    *(establish, establish, establish, dissolve, move_unit, add_place, merge_place, change_area),
    *(move_town, move_place, exempt, count_again, settle),
)
HISTORIES = st.lists(st.tuples(st.sampled_from(ACTS), PICKS, DAYS, st.sampled_from(PlaceArea.values)), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
def test_incremental_full_and_by_hand_agree(jiaxing, history):
    open_year(2025)
    figures.settle(today=TODAY)  # the same in every example, so counted once
    with transaction.atomic():
        for act, pick, day, area in history:
            act(pick, day, area)
        figures.settle(today=TODAY)
        incremental = {year: (figures_of(year), facts_of(year)) for year in (2025, 2026)}

        assert incremental[2025][0] == counted_by_hand(date(2025, 12, 31))
        assert incremental[2026][0] == counted_by_hand(TODAY)
        assert figures.recompute(today=TODAY) == {2025: 0, 2026: 0}
        assert {year: (figures_of(year), facts_of(year)) for year in (2025, 2026)} == incremental
        transaction.set_rollback(True)


def _one(rows, pick):
    """A row chosen by a number, always the same; None where there are none."""
    count = rows.count()
    return rows.order_by("pk")[pick % count] if count else None


def _move(organization, parent):
    with_that_name = Organization.objects.filter(parent=parent, kind=organization.kind, name=organization.name)
    if organization.parent_id != parent.pk and not with_that_name.exists():
        organization.parent = parent
        organization.save()
