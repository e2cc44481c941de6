"""The city as tests see it: its real tree, and people and schools made for one test."""

from typing import Any

from django.test import Client

from apps.accounts.models import User
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from tests.factories.organizations import SchoolFactory
from tests.factories.people import person


class Jiaxing:
    """Look-ups by name in the loaded tree, and short ways to make what a test needs."""

    @property
    def city(self) -> Organization:
        return Organization.objects.get(kind=Kind.CITY)

    def county(self, name: str = "南湖区") -> Organization:
        return Organization.objects.get(kind=Kind.COUNTY, name=name)

    def town(self, county: str = "南湖区") -> Organization:
        return Organization.objects.filter(kind=Kind.TOWN, county=self.county(county)).order_by("code")[0]

    def place(self, county: str = "南湖区", number: int = 0) -> Organization:
        return Organization.objects.filter(kind=Kind.PLACE, parent=self.town(county)).order_by("code")[number]

    def school(self, county: str = "南湖区", **facts: Any) -> Organization:
        return SchoolFactory(parent=self.town(county), **facts).organization

    def person(self, role: str, organization: Organization, **facts: Any) -> User:
        return person(role, organization, **facts)

    def signed_in(self, user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client
