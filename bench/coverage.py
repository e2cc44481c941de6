"""Coverage at the scale of the whole country: its divisions (npm's china-division, 665,276 rows) and 1.1 million Pioneer units made up on
top, against bare SQL, and against Jiaxing alone. At a hundredth and a tenth of the counties too, so that it shows what grows with what.

- load_vs_copy: the divisions through the tree's own code (keys, paths, counties, policies, foreign keys, history, the notes for coverage)
  against COPY of the very rows that this leaves, four tables of them with paths, counties and history worked out beforehand, into plain twins
  with the same indexes and nothing else.
- recompute_vs_sql: the full count of every figure, which also compares list and figures row by row with what is stored, against one
  SELECT that sums up per node, per group and per kind of unit, and keeps nothing.
- change_ms: a unit established at a place, and brought to every level above it.
- page_vs_city: the dashboards of the nation, of Jiaxing in it and of a county in it, against those of Jiaxing and its county in a
  database of their own; the worst of the three.
"""

import csv
import json
import os
import resource
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import house

# isort: split
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from apps.accounts.models import User
from apps.core import scope
from apps.coverage.services import figures
from apps.organizations.enums import Kind, PlaceArea, UnitKind
from apps.organizations.models import Organization, PioneerUnit, Place
from apps.organizations.services import roles, tree, units
from apps.organizations.services.tree import Division

PACKAGE = "china-division@2.7.0"
LEVELS = (
    ("provinces", Kind.CITY, ""),
    ("cities", Kind.CITY, "provinceCode"),
    ("areas", Kind.COUNTY, "cityCode"),
    ("streets", Kind.TOWN, "areaCode"),
    ("villages", Kind.PLACE, "streetCode"),
)
NATION, CITY, COUNTY = "0", "3304", "330402"
SHARES = [int(share) for share in os.environ.get("SHARES", "100,10,1").split(",")]  # one of so many counties
UNITS_SQL = """
INSERT INTO organizations_pioneerunit (organization_id, county_id, kind, name, member_count, guide, established_on)
SELECT organization_id, county_id, (%s::text[])[1 + (id + k) %% 4], '第' || k || '队', 8, '', make_date(2012 + (id %% 3)::int, 1 + k, 1)
FROM organizations_place CROSS JOIN generate_series(1, 3) k WHERE k <= (id * 7919) %% 4 OR (id * 7919) %% 13 = 0
"""  # 1.1 million in the country; at one place in four none


def main() -> None:
    lists, found = fetched(), {}
    with TemporaryDirectory() as folder, house.database(divisions=False):
        for share in SHARES:
            with house.copy(f"part_{share}"):
                found = measured(lists, share, Path(folder))
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))


def measured(lists: Path, share: int, folder: Path) -> dict[str, float]:
    rows, load = timed(lambda: loaded(lists, share))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    copy = copied(folder)
    say(share, f"{rows:,} divisions loaded in {load:.1f} s, COPY {copy:.1f} s; {before:.0f} MB")
    return {"load_vs_copy": load / copy}


# The country.


def fetched() -> Path:
    """The package's lists, kept below var/."""
    home = settings.BASE_DIR / "var" / "divisions"
    if not (home / "package").exists():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=home, check=True)  # noqa: S603, S607
        with tarfile.open(next(home.glob("*.tgz"))) as archive:
            archive.extractall(home, filter="data")
    return home / "package" / "dist"


def loaded(lists: Path, share: int) -> int:
    with scope.opened(scope.EVERYTHING):
        return tree.load(divisions=divisions(lists, share), by=None)


def divisions(lists: Path, share: int) -> Iterator[Division]:
    """The nation and what is below it: one county of so many, and Jiaxing's own in any case. A file is read line by line."""
    counties = {row["code"] for n, row in enumerate(lines(lists, "areas")) if n % share == 0 or row["cityCode"] == CITY}
    cities = {code[:4] for code in counties}
    yield Division(Kind.CITY, "全国", NATION)
    for name, kind, above in LEVELS:
        for row in lines(lists, name):
            code = row["code"]
            if kind == Kind.CITY or code[:6] in counties:
                if len(code) == 4 and code not in cities:
                    continue
                area = (PlaceArea.URBAN if "社区" in row["name"] else PlaceArea.RURAL) if kind == Kind.PLACE else None
                yield Division(kind, row["name"], code, row[above] if above else NATION, area)


def lines(lists: Path, name: str) -> Iterator[dict[str, str]]:
    with (lists / f"{name}.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def copied(folder: Path) -> float:
    """Seconds that COPY takes for the rows that the load has left, into tables like theirs without triggers, policies and foreign keys."""
    seconds = 0.0
    with scope.opened(scope.EVERYTHING, using="owner"), connections["owner"].cursor() as cursor:
        for model in (Organization, Organization.pgh_event_model, Place, Place.pgh_event_model):
            table = model._meta.db_table
            columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
            cursor.execute(f'CREATE TABLE twin (LIKE "{table}" INCLUDING INDEXES INCLUDING GENERATED INCLUDING CONSTRAINTS)')
            with (folder / table).open("w+b") as file:
                cursor.copy_expert(f'COPY (SELECT {columns} FROM "{table}") TO STDOUT', file)  # noqa: S608
                file.seek(0)
                seconds += timed(lambda: cursor.copy_expert(f"COPY twin ({columns}) FROM STDIN", file))[1]
            cursor.execute("DROP TABLE twin")
    return seconds


# The clock.


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = act()
    return answer, time.perf_counter() - began


def say(share: int, what: str) -> None:
    print(f"1/{share}: {what}", flush=True)


if __name__ == "__main__":
    main()
