"""Load the city's real tree: ten reporting units, 72 towns and streets, 1,202 villages and communities. Safe to run again."""

import csv
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.core import scope
from apps.organizations.enums import Kind, PlaceArea
from apps.organizations.models import Organization, Place

CITY_CODE = "3304"
# The circular's addressees, in its order. The last three have no division code: 经开区 and 港区 take their towns out of the county around
# them, and 市教育局团委 answers for the schools the city runs.
REPORTING_UNITS = ("南湖区", "秀洲区", "嘉善县", "平湖市", "海盐县", "海宁市", "桐乡市", "经开区", "港区", "市教育局团委")


class Command(BaseCommand):
    help = "Load fixtures/jiaxing_divisions.csv: the city, its reporting units, towns and places."

    def handle(self, *args: Any, **options: Any) -> None:
        with (settings.BASE_DIR / "fixtures" / "jiaxing_divisions.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        with scope.opened(scope.EVERYTHING):
            if Organization.objects.filter(kind=Kind.CITY).exists():
                self.stdout.write("行政区划已在库中，未作改动。")
                return
            places = _load(rows)
        self.stdout.write(f"已载入 {len(REPORTING_UNITS)} 个报送单位、{places} 个村（社区）。")


def _load(rows: list[dict[str, str]]) -> int:
    codes = {row["name"]: row["code"] for row in rows if row["level"] == "county"}
    city = Organization.objects.create(kind=Kind.CITY, name="嘉兴市", code=CITY_CODE)
    counties = {
        name: Organization.objects.create(kind=Kind.COUNTY, name=name, code=codes.get(name), parent=city, position=position)
        for position, name in enumerate(REPORTING_UNITS, start=1)
    }
    towns = Organization.objects.bulk_create(
        Organization(kind=Kind.TOWN, name=row["name"], code=row["code"], parent=counties[row["reporting_unit"]])
        for row in rows
        if row["level"] == "town"
    )
    town_of = {town.code: town for town in towns}
    villages = [row for row in rows if row["level"] == "village"]
    places = Organization.objects.bulk_create(
        Organization(kind=Kind.PLACE, name=_short(row["name"]), code=row["code"], parent=town_of[row["parent_code"]]) for row in villages
    )
    areas = {"rural": PlaceArea.RURAL, "urban": PlaceArea.URBAN}
    Place.objects.bulk_create(
        Place(organization=place, county_id=place.county_id, area=areas[row["name_suffix_class"]])
        for place, row in zip(places, villages, strict=True)
    )
    return len(places)


def _short(name: str) -> str:
    """永新村委会 → 永新村, 余新社区居委会 → 余新社区: as people say it."""
    return name.removesuffix("居委会") if name.endswith("居委会") else name.removesuffix("委会")
