from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from apps.core import scope
from apps.coverage.services import figures
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from tests.factories.jiaxing import Jiaxing
from tests.factories.organizations import SchoolFactory
from tests.factories.rows import Rows, posts
from tests.trust.world import AWAY, HOME, World


@pytest.fixture(scope="module")
def for_a_module(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """A transaction that sees everything, for all tests of a module; in the end nothing of it is left."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        transaction.atomic(),
        scope.opened(scope.EVERYTHING),
    ):
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(for_a_module) -> World:
    """Two counties and everybody."""
    world = World()
    _ = world.cases
    figures.settle()  # once, and not in each request that shows one and is undone
    return world


@pytest.fixture(scope="module")
def both_sides(for_a_module) -> None:
    """Rows of every tenant table at every level on both sides of the border, and some across it: a leak would show."""
    jiaxing = Jiaxing()
    rows, schools = Rows(), {name: (jiaxing.school(name), jiaxing.school(name), _far_school(jiaxing, name)) for name in (HOME, AWAY)}
    for name, other in ((HOME, AWAY), (AWAY, HOME)):
        near, next_door, far = schools[name]
        within = [(post, next_door) for post in (*posts(jiaxing.county(name)).values(), near)]
        rows.fill([*within, (far, schools[other][0])], mark=name)


@pytest.fixture
def both(both_sides, jiaxing) -> Jiaxing:
    """The city with these rows; what a test does with them is undone."""
    return jiaxing


def _far_school(jiaxing: Jiaxing, county: str) -> Organization:
    """A school in another town of the same county."""
    town = Organization.objects.filter(kind=Kind.TOWN, county=jiaxing.county(county)).order_by("code")[1]
    return SchoolFactory(parent=town).organization
