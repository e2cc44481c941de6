"""The coverage tests know organisation coverage and what they declare themselves, whatever the apps above declare."""

import pytest
from django.db.models import F

from apps.coverage import registry
from apps.coverage.registry import CIRCULAR, Indicator, Rule
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, School
from tests.factories.two_schools import two  # noqa: F401  two schools of two reporting units


@pytest.fixture(autouse=True)
def known(monkeypatch) -> dict[str, Indicator]:
    known = {each.key: each for each in registry.indicators() if each.key == "organization"}
    monkeypatch.setattr(registry, "_indicators", known)
    return known


@pytest.fixture
def officer(jiaxing):
    return jiaxing.person("city_officer", jiaxing.city)


@pytest.fixture
def school_indicator(known) -> Indicator:
    """Strong schools among all schools: counted at schools, without a breakdown."""
    return registry.register(
        Indicator(
            key="strong",
            label="优质学校比例",
            level=Kind.SCHOOL,
            counted="所学校",
            rules=(
                Rule(
                    since=CIRCULAR,
                    definition="统计口径",
                    universe=lambda day: School.objects.values("organization_id", "county_id"),
                    covered=lambda day: School.objects.filter(strength="strong").values("organization_id"),
                ),
            ),
            sources=(School,),
            position=2,
        )
    )


@pytest.fixture
def county_indicator(known) -> Indicator:
    """A fact about each reporting unit; nobody has it yet."""
    return registry.register(
        Indicator(
            key="fact",
            label="督导办法",
            level=Kind.COUNTY,
            counted="个报送单位",
            rules=(
                Rule(
                    since=CIRCULAR,
                    definition="统计口径",
                    universe=lambda day: Organization.objects.counties().values("county_id", organization_id=F("pk")),
                    covered=lambda day: Organization.objects.none().values(organization_id=F("pk")),
                ),
            ),
            sources=(),
            position=3,
        )
    )
