"""Schools, places and Pioneer organisations below the city's real reporting units and towns."""

from datetime import date

import factory

from apps.organizations.enums import Kind, SchoolArea, SchoolType, UnitKind
from apps.organizations.models import Organization, PioneerUnit, School


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization


class SchoolFactory(factory.django.DjangoModelFactory):
    """`SchoolFactory(parent=town)`; `.organization` is its node in the tree."""

    class Meta:
        model = School
        exclude = ("parent", "name")

    name = factory.Sequence("第{}小学".format)
    area = SchoolArea.URBAN
    type = SchoolType.CENTRAL
    class_count = 18
    organization = factory.SubFactory(
        OrganizationFactory, kind=Kind.SCHOOL, parent=factory.SelfAttribute("..parent"), name=factory.SelfAttribute("..name")
    )
    county_id = factory.SelfAttribute("organization.county_id")


class UnitFactory(factory.django.DjangoModelFactory):
    """`UnitFactory(organization=place)`: a holiday team that has been there since 2011."""

    class Meta:
        model = PioneerUnit

    kind = UnitKind.HOLIDAY_TEAM
    name = factory.Sequence("雏鹰假日小队{}".format)
    established_on = date(2011, 9, 1)
    member_count = 8
    county_id = factory.SelfAttribute("organization.county_id")
