from collections.abc import Iterator

import pytest
from django.conf import settings
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
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """Two counties and everybody, for all tests of a module; in the end nothing of it is left."""
    with (
        django_db_blocker.unblock(),
        override_settings(
            MEDIA_ROOT=tmp_path_factory.mktemp("media"),
            RATE_LIMITS=dict.fromkeys(settings.RATE_LIMITS, "1000000/minute"),
            SECOND_FACTOR_ROLES=[],
        ),
        transaction.atomic(),
        scope.opened(scope.EVERYTHING),
    ):
        world = World()
        _ = world.cases
        figures.settle()  # once, and not in each request that shows one and is undone
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def both(jiaxing, settings, tmp_path) -> Jiaxing:
    """Rows of every tenant table at every level on both sides of the border, and some across it: a leak would show."""
    settings.MEDIA_ROOT = tmp_path
    rows, schools = Rows(), {name: (jiaxing.school(name), jiaxing.school(name), _far_school(jiaxing, name)) for name in (HOME, AWAY)}
    for name, other in ((HOME, AWAY), (AWAY, HOME)):
        near, next_door, far = schools[name]
        within = [(post, next_door) for post in (*posts(jiaxing.county(name)).values(), near)]
        rows.fill([*within, (far, schools[other][0])], mark=name)
    return jiaxing


def _far_school(jiaxing: Jiaxing, county: str) -> Organization:
    """A school in another town of the same county."""
    town = Organization.objects.filter(kind=Kind.TOWN, county=jiaxing.county(county)).order_by("code")[1]
    return SchoolFactory(parent=town).organization
