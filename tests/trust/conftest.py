from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from apps.core import scope
from tests.trust.world import World


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
        yield world
        transaction.set_rollback(True)
