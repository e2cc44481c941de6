"""Every indicator that the portal's apps declare keeps the registry's contract and is watched."""

import pytest
from django.db import connection
from django.utils import timezone

from apps.coverage import registry
from apps.coverage.models import Exemption
from apps.coverage.services import figures
from apps.organizations.models import Organization
from tests.factories.coverage import facts_of
from tests.factories.years import WindowFactory

DECLARED = registry.indicators()


@pytest.fixture
def known():
    """All of them here, and not only what the tests of the engine declare."""


@pytest.fixture
def asked(jiaxing):
    """Something for each of them to ask for: a school of every group, and this year's plans."""
    jiaxing.school(is_new_resident=True)
    WindowFactory(year=timezone.localdate().year)


@pytest.mark.parametrize("indicator", DECLARED, ids=lambda each: each.key)
def test_the_universe_names_an_organization_once_and_at_the_declared_level(asked, indicator):
    rows = list(indicator.rule(timezone.localdate()).universe(timezone.localdate()))

    assert len({row["organization_id"] for row in rows}) == len(rows) > 0
    kinds = Organization.objects.filter(pk__in=[row["organization_id"] for row in rows]).values_list("kind", flat=True)
    assert set(kinds) == {indicator.level}
    assert {group for row in rows for group in row.get("groups", ())} <= set(indicator.groups)


@pytest.mark.parametrize("indicator", DECLARED, ids=lambda each: each.key)
def test_groups_and_ways_have_keys_of_their_own(indicator):
    assert not indicator.groups.keys() & indicator.ways.keys()


@pytest.mark.parametrize("indicator", DECLARED, ids=lambda each: each.key)
def test_a_write_to_any_of_its_sources_is_noted(jiaxing, indicator):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE tgname ^@ 'coverage_note_' "
            "AND tgenabled = 'O'"
        )
        watched = set(cursor.fetchall())
    tables = [source._meta.db_table for source in (Exemption, *indicator.sources)]

    assert watched >= {(table, f"coverage_note_{event}") for table in tables for event in ("insert", "update", "delete")}
    assert watched >= {("organizations_organization", f"coverage_note_tree_{event}") for event in ("insert", "update")}


def test_all_of_them_are_counted(asked):
    figures.settle()

    assert all(facts_of(timezone.localdate().year, indicator.key) for indicator in DECLARED)
    assert figures.recompute() == {timezone.localdate().year: 0}
