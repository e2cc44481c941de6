"""A town school and a country school, of two reporting units, and everyone whose yes a pairing of theirs needs."""

from dataclasses import dataclass
from typing import Any

import pytest

from apps.organizations.enums import SchoolArea, SchoolStrength
from apps.organizations.models import Organization


@dataclass
class Two:
    own: Organization
    partner: Organization
    counselor: Any
    partner_counselor: Any
    county_lead: Any
    partner_county_lead: Any


@pytest.fixture
def two(jiaxing) -> Two:
    own = jiaxing.school("南湖区", area=SchoolArea.URBAN, strength=SchoolStrength.STRONG, name="城东小学")
    partner = jiaxing.school("海盐县", area=SchoolArea.RURAL, strength=SchoolStrength.AVERAGE, is_new_resident=True, name="澉浦小学")
    return Two(
        own=own,
        partner=partner,
        counselor=jiaxing.person("school_counselor", own),
        partner_counselor=jiaxing.person("school_counselor", partner),
        county_lead=jiaxing.person("county_lead", jiaxing.county("南湖区")),
        partner_county_lead=jiaxing.person("county_lead", jiaxing.county("海盐县")),
    )
