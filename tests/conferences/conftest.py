from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.conferences import MeetingFactory


@pytest.fixture
def unit(jiaxing):
    return jiaxing.county()


@pytest.fixture
def lead(jiaxing, unit):
    return jiaxing.person("county_lead", unit, name="王芳")


@pytest.fixture
def editor(jiaxing, unit):
    return jiaxing.person("county_editor", unit, name="徐静")


@pytest.fixture
def officer(jiaxing):
    return jiaxing.person("city_officer", jiaxing.city, name="朱勇")


@pytest.fixture
def meeting(unit):
    """Held a week ago, with minutes, waiting to be confirmed."""
    return MeetingFactory(organization=unit, recorded=True)


@pytest.fixture
def coming(unit):
    """Called for next week."""
    return MeetingFactory(organization=unit, day=timezone.localdate() + timedelta(days=7))
