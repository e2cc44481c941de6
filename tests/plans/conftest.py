from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Session
from apps.core.rich_text import plain
from tests.factories.plans import PlanFactory, WindowFactory

YEAR = timezone.localdate().year + 1  # that of WindowFactory
STAGES = {
    "stages-TOTAL_FORMS": "2",
    "stages-INITIAL_FORMS": "0",
    "stages-0-title": "部署全年工作",
    "stages-0-starts_on": f"{YEAR}-03-01",
    "stages-0-ends_on": f"{YEAR}-03-31",
    "stages-0-responsible": "办公室",
    "stages-1-title": "",
}


@pytest.fixture
def window(jiaxing):
    return WindowFactory()


@pytest.fixture
def plan(jiaxing, window):
    """南湖区's draft, ready to be submitted."""
    return PlanFactory(organization=jiaxing.county(), window=window)


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county(), name="王芳")


@pytest.fixture
def officer(jiaxing):
    return jiaxing.person("city_officer", jiaxing.city, name="朱勇")


@pytest.fixture
def written(plan):
    """What the form of that draft posts: `written(goals="…")`."""

    def fields(**changed):
        content = {name: getattr(plan, name) for name in plan.content_fields} | {key: plain(text) for key, text in plan.texts.items()}
        return {"version": plan.version, "action": "save", **content, **STAGES, **changed}

    return fields


@pytest.fixture
def clock(monkeypatch):
    """`clock(day, hour)`: the moment it is in Jiaxing, for the portal too."""

    def set_to(day, hour=12, minute=0, second=0):
        moment = timezone.make_aware(datetime.combine(day, time(hour, minute, second)))
        monkeypatch.setattr(timezone, "now", lambda: moment)
        Session.objects.update(expire_date=moment + timedelta(minutes=30))  # whoever works there has been working until now

    return set_to
