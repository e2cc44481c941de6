"""Coverage at the scale of the whole country: its divisions (npm's china-division, 665,276 rows) and 1.1 million Pioneer units made up on
top, against bare SQL and against Jiaxing alone. At a hundredth and a tenth of its counties too, so that it shows what grows with what.

- load_vs_copy: the divisions through the tree's own code (keys, paths, counties, policies, foreign keys, history, coverage's notes) against
  COPY of the very rows that this leaves, paths, counties and history worked out beforehand, into plain twins of the four tables with the
  same indexes and nothing else.
- recompute_vs_sql: the full count of every figure of every indicator, which also holds list and figures row by row against what is stored,
  against one SELECT that counts places per node, per group and per kind of unit, with as much memory, and keeps nothing.
- change_ms: a unit established at a place, and brought to every level above it.
- page_vs_city: the dashboards of the nation, of Jiaxing in it and of a county in it, against those of Jiaxing and of the county in a
  portal of their own; the worst of the three.
"""

import csv
import gzip
import json
import os
import resource
import statistics
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import house

# isort: split
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.core import scope
from apps.coverage.indicators import WAYS
from apps.coverage.models import Figure
from apps.coverage.services import counting, figures
from apps.organizations.enums import Kind, PlaceArea, UnitKind
from apps.organizations.models import Organization, Place
from apps.organizations.services import roles, tree, units
from apps.organizations.services.tree import Division
from bench.scope import fetch

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
PAGE = "/coverage/"

# At one place in eight none, else one to four: 1.1 million in the country.
UNITS_SQL = """
INSERT INTO organizations_pioneerunit (organization_id, county_id, kind, name, member_count, guide, established_on)
SELECT organization_id, county_id, (%s::text[])[1 + (id + k) %% 4], '第' || k || '队', 8, '', make_date(2012 + (id %% 3)::int, 1 + k, 1)
FROM organizations_place CROSS JOIN generate_series(1, 4) k WHERE k <= (ARRAY[0, 1, 1, 1, 2, 2, 3, 4])[1 + id %% 8]
"""
ROLLUP_SQL = f"""
WITH place AS (
    SELECT subpath(o.path, 0, -1) AS line, p.area, u.kinds
    FROM organizations_place p JOIN organizations_organization o ON o.id = p.organization_id
    LEFT JOIN (
        SELECT organization_id, array_agg(DISTINCT kind) AS kinds FROM organizations_pioneerunit
        WHERE established_on <= %s AND (dissolved_on IS NULL OR dissolved_on > %s) GROUP BY organization_id
    ) u ON u.organization_id = o.id
)
SELECT count(*), sum(total), sum(covered), {", ".join(f"sum({way})" for way in WAYS)} FROM (
    SELECT node, area, count(*) AS total, count(kinds) AS covered,
        {", ".join(f"count(*) FILTER (WHERE '{way}' = ANY (kinds)) AS {way}" for way in WAYS)}
    FROM place CROSS JOIN LATERAL unnest(string_to_array(line::text, '.')::bigint[]) AS node
    GROUP BY GROUPING SETS ((node), (node, area))
) figures
"""  # noqa: S608  our own names


def main() -> None:
    lists, found = fetched(), {}
    with TemporaryDirectory() as folder, house.database(divisions=False), ExitStack() as stack:
        empty = house.name()
        stack.enter_context(house.copy("alone"))
        loaded(listed(lists, 0, Path(folder)))
        filled()
        alone = stack.enter_context(served(CITY, COUNTY))
        for share in SHARES:
            with house.copy(f"part_{share}", like=empty):
                found = measured(lists, share, Path(folder), alone)
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))


def measured(lists: Path, share: int, folder: Path, alone: "Portal") -> dict[str, float]:
    def say(what: str) -> None:
        print(f"1/{share}: {what}", flush=True)

    rows, load = loaded(listed(lists, share, folder))
    copied = copy(folder)
    say(f"{rows:,} divisions in {load:.1f} s, by COPY in {copied:.1f} s; {peak():.0f} MB at most")

    made = filled()
    pairs = [(house.seconds(figures.recompute, 1), house.seconds(rollup, 1)) for _ in range(3)]
    anew, bare = (min(each) for each in zip(*pairs, strict=True))
    with scope.opened(scope.EVERYTHING):
        stored = Figure.objects.count()
    say(f"{made:,} units; {stored:,} figures counted anew in {anew:.2f} s, by bare SQL in {bare:.2f} s")

    writes, settles = change(20)
    say(f"a change: {writes:.1f} ms to write, {settles:.1f} ms to bring to every level")

    with served(NATION, CITY, COUNTY) as country:
        country.visit(NATION), country.visit(CITY), country.visit(COUNTY), alone.visit(CITY), alone.visit(COUNTY)
        ratios = {
            node: house.ratio(country.visits(node), alone.visits(like), rounds=7, times=7)
            for node, like in ((NATION, CITY), (CITY, CITY), (COUNTY, COUNTY))
        }
        times = {node: house.seconds(country.visits(node), 7) * 1000 for node in ratios}
    pages = ", ".join(f"{node} {times[node]:.0f} ms ({ratios[node]:.2f})" for node in ratios)
    say(f"pages of {pages}; of Jiaxing alone {house.seconds(alone.visits(CITY), 7) * 1000:.0f} ms")
    return {
        "recompute_vs_sql": statistics.median(one / other for one, other in pairs),
        "change_ms": writes + settles,
        "page_vs_city": max(ratios.values()),
        "load_vs_copy": load / copied,
    }


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


def listed(lists: Path, share: int, folder: Path) -> Path:
    """One list, as it is to be loaded: the nation and what is below it, one county of so many, and Jiaxing's own in any case; with 0 only
    Jiaxing.
    """
    areas = enumerate(lines(lists, "areas"))
    counties = {row["code"] for n, row in areas if row["cityCode"] == CITY or (share and n % share == 0)}
    around = {code[:length] for code in counties for length in (2, 4)} if share else {CITY}
    with (folder / "divisions.csv").open("w", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        if share:
            write((Kind.CITY, "全国", NATION, "", ""))
        for name, kind, above in LEVELS:
            for row in lines(lists, name):
                code = row["code"]
                if code in around or code[:6] in counties:
                    parent = (row[above] if above else NATION) if share or code != CITY else ""
                    area = (PlaceArea.URBAN if "社区" in row["name"] else PlaceArea.RURAL) if kind == Kind.PLACE else ""
                    write((kind, row["name"], code, parent, area))
    return folder / "divisions.csv"


def loaded(path: Path) -> tuple[int, float]:
    """How many, and the seconds from the first line to the last check."""
    begun = time.perf_counter()
    with scope.opened(scope.EVERYTHING), path.open(encoding="utf-8") as file:
        rows = tree.load(divisions=(Division(*row) for row in csv.reader(file)), by=None)
    return rows, time.perf_counter() - begun


def lines(lists: Path, name: str) -> Iterator[dict[str, str]]:
    with (lists / f"{name}.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def copy(folder: Path) -> float:
    """Seconds that COPY takes for the rows that the load has left, into tables like theirs without triggers, policies and foreign keys."""
    took = 0.0
    with scope.opened(scope.EVERYTHING, using="owner"), connections["owner"].cursor() as cursor:
        for model in (Organization, Organization.pgh_event_model, Place, Place.pgh_event_model):
            table = model._meta.db_table
            columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
            cursor.execute(f'CREATE TABLE twin (LIKE "{table}" INCLUDING INDEXES INCLUDING GENERATED INCLUDING CONSTRAINTS)')
            with (folder / table).open("w+b") as file:
                cursor.copy_expert(f'COPY (SELECT {columns} FROM "{table}") TO STDOUT', file)  # noqa: S608
                file.seek(0)
                begun = time.perf_counter()
                cursor.copy_expert(f"COPY twin ({columns}) FROM STDIN", file)
                took += time.perf_counter() - begun
            cursor.execute("DROP TABLE twin")
    return took


def filled() -> int:
    """The made-up units, which nobody watches being made, and the figures."""
    with scope.opened(scope.EVERYTHING, using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE organizations_pioneerunit DISABLE TRIGGER USER")
        cursor.execute(UNITS_SQL, [list(WAYS)])
        made = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE organizations_pioneerunit ENABLE TRIGGER USER")
    analyze()
    figures.settle()
    analyze()
    return made


def analyze() -> None:
    """What PostgreSQL would do by itself a minute later."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# What is measured.


def rollup() -> None:
    today = timezone.localdate()
    with scope.opened(scope.EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [counting.MEMORY])
        cursor.execute(ROLLUP_SQL, [today, today])


def change(times: int) -> tuple[float, float]:
    """Milliseconds, the median: to establish a unit, and to bring it to every level."""
    with scope.opened(scope.EVERYTHING):
        keys = list(Place.objects.order_by("?").values_list("organization", flat=True)[:times])
    facts = {"kind": UnitKind.HOLIDAY_TEAM, "member_count": 8, "guide": "", "established_on": date(2012, 6, 1)}
    writes, settles = [], []
    for key in keys:
        begun = time.perf_counter()
        with scope.opened(scope.EVERYTHING):
            units.establish(organization=Organization.objects.get(pk=key), by=None, name="新队", **facts)
        written = time.perf_counter()
        figures.settle()
        writes.append(written - begun)
        settles.append(time.perf_counter() - written)
    return statistics.median(writes) * 1000, statistics.median(settles) * 1000


@dataclass
class Portal:
    """A server and who may look at which node's dashboard there."""

    port: int
    cookies: dict[str, str]  # code of the node → the cookie of somebody who stands there
    connection: HTTPConnection | None = None

    def visit(self, code: str) -> None:
        self.connection = self.connection or house.connected(self.port)
        page = fetch(self.connection, PAGE, self.cookies[code])
        assert b"coverage-cards" in gzip.decompress(page)

    def visits(self, code: str) -> Callable[[], None]:
        return lambda: self.visit(code)


@contextmanager
def served(*codes: str) -> Iterator[Portal]:
    """The portal on the database that we are in, with a supervisor at each of these nodes."""
    cookies = {}
    for code in codes:
        with scope.opened(scope.EVERYTHING):
            user = User.objects.create_user(f"at-{code}", None, name="量", chose_password_at=timezone.now())
            roles.grant(user=user, role="supervisor", organization=Organization.objects.get(code=code))
            browser = Client()
            browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookies[code] = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    with house.gunicorn("jiaxing_pioneers.wsgi", workers=1, threads=1) as (port, _):
        yield Portal(port, cookies)


def peak() -> float:
    """Megabytes of this process at the highest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
