from datetime import timedelta

import pytest
from django.utils import timezone

from apps.years.services import extensions
from tests.factories.years import WindowFactory
from tests.plans.conftest import clock

__all__ = ["clock"]


@pytest.fixture
def city(jiaxing):
    return jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))


@pytest.fixture
def county(jiaxing):
    return jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county(), name="王芳")


@pytest.fixture
def officer(jiaxing):
    return jiaxing.person("city_officer", jiaxing.city, name="朱勇")


@pytest.fixture
def over(jiaxing):
    """A plans window that has closed ten days ago; its year is not closed."""
    return WindowFactory(year=timezone.localdate().year, ends=-30)


@pytest.fixture
def asked(over, lead, jiaxing):
    day = timezone.localdate() + timedelta(days=5)
    return extensions.ask(window=over, organization=jiaxing.county(), reason="培训推迟。", wanted_until=day, by=lead)
