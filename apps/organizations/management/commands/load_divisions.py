"""Load the city's real tree: ten reporting units, 72 towns and streets, 1,202 villages and communities. Safe to run again."""

import csv
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.core import scope
from apps.organizations.enums import Kind, PlaceArea
from apps.organizations.models import Organization, Place
from apps.organizations.services import tree
from apps.organizations.services.tree import Division

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
            tree.load(divisions=_divisions(rows), by=None)
            places = Place.objects.count()
        self.stdout.write(f"已载入 {len(REPORTING_UNITS)} 个报送单位、{places} 个村（社区）。")


def _divisions(rows: list[dict[str, str]]) -> Iterator[Division]:
    codes = {row["name"]: row["code"] for row in rows if row["level"] == "county"}
    areas = {"rural": PlaceArea.RURAL, "urban": PlaceArea.URBAN}
    yield Division(Kind.CITY, "嘉兴市", CITY_CODE)
    for position, name in enumerate(REPORTING_UNITS, start=1):
        yield Division(Kind.COUNTY, name, codes.get(name), above=CITY_CODE, position=position)
    for row in rows:
        if row["level"] == "town":
            yield Division(Kind.TOWN, row["name"], row["code"], above=codes.get(row["reporting_unit"], row["reporting_unit"]))
    for row in rows:
        if row["level"] == "village":
            yield Division(Kind.PLACE, _short(row["name"]), row["code"], row["parent_code"], areas[row["name_suffix_class"]])


def _short(name: str) -> str:
    """永新村委会 → 永新村, 余新社区居委会 → 余新社区: as people say it."""
    return name.removesuffix("居委会") if name.endswith("居委会") else name.removesuffix("委会")
