"""Ledgers in and out: ours against a stock django-import-export resource, and against python-calamine plus COPY, on the same workbooks.

10,000 schools and 100,000 squads, in one run. An import of ours is all of it: the file read in its own process, checked, the preview kept
row by row, then looked at once more and written, with history and the notes for coverage. The stock resource does its dry run and its
import. It would take a quarter of an hour for the squads, so it gets the first tenth of them, and its time counts tenfold.
"""

import json
import os
import resource
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, replace
from datetime import date
from io import StringIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import house

# isort: split
import tablib
import xlsxwriter
from django.core.files import File
from django.db import connection, connections
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from python_calamine import load_workbook

from apps.accounts.models import User
from apps.core import scope
from apps.core.ledgers import registry, sheets
from apps.core.ledgers.ledger import Ledger
from apps.exchange.services import checking, uploads, writing
from apps.jobs.models import Job
from apps.jobs.progress import Progress
from apps.organizations import grants
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, PioneerUnit, School
from apps.organizations.services import roles

SCHOOLS, SQUADS, PART = 10_000, 100_000, 10_000
COUNTY = "南湖区"


class Undone(Exception):
    """What was written is taken back, so that the next one finds the same tables."""


def main() -> None:
    with TemporaryDirectory() as folder, house.database():
        lead = prepare()
        with scope.opened(scope.EVERYTHING):
            towns = list(Organization.objects.of_kind(Kind.TOWN).filter(county__name=COUNTY).values_list("name", flat=True))
        book = {name: Path(folder) / f"{name}.xlsx" for name in ("schools", "squads", "part", "few")}
        write(book["schools"], "schools", school_rows(towns))
        write(book["squads"], "units", squad_rows(towns, SQUADS))
        write(book["part"], "units", squad_rows(towns, PART))

        write(book["few"], "schools", islice(school_rows(towns), 10))
        _measured(lead, lambda: bring_schools(book["few"], lead))  # a worker has loaded its modules long ago
        runs = {"schools": contest(lead, book["schools"], bring_schools, copy_schools, (StockSchools, book["schools"]))}
        with acting(lead):
            bring_schools(book["schools"], lead)
        analyze()
        runs["squads"] = contest(lead, book["squads"], bring_squads, copy_squads, (StockSquads, book["part"]))
        runs["squads"]["stock"] = runs["squads"]["stock"].times(SQUADS / PART)
        with acting(lead):
            bring_squads(book["squads"], lead)
        analyze()
        out = {"ours": run(lead, lambda: export_ours(lead)), "stock": run(lead, lambda: export_stock(lead))}
        print(f"export of squads: {told(out)}")
    figures = {
        "import_vs_stock": min(found["stock"].seconds / found["ours"].seconds for found in runs.values()),
        "import_vs_copy": max(found["ours"].seconds / found["copy"].seconds for found in runs.values()),
        "export_vs_stock": out["stock"].seconds / out["ours"].seconds,
        "peak_mb": runs["squads"]["ours"].peak,
    }
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


# The city, and its workbooks.


def prepare() -> User:
    with scope.opened(scope.EVERYTHING):
        lead = User.objects.create_user("lead", None, name="量", chose_password_at="2026-01-01T00:00Z")
        roles.grant(user=lead, role="county_lead", organization=Organization.objects.counties().get(name=COUNTY))
    return lead


def school_rows(towns: Sequence[str]) -> Iterator[dict[str, Any]]:
    facts = {"area": "城镇", "strength": "一般学校", "is_new_resident": "否", "opened_on": date(1998, 9, 1)}
    for n in range(SCHOOLS):
        numbers = {"class_count": 6 + n % 30, "member_count": 200 + n % 900}
        yield {
            "county": COUNTY,
            "town": towns[n % len(towns)],
            "name": f"第{n}小学",
            "code": f"S{n:06}",
            "type": "中心小学",
            **facts,
            **numbers,
        }


def squad_rows(towns: Sequence[str], count: int) -> Iterator[dict[str, Any]]:
    facts = {"county": COUNTY, "kind": "中队", "guide": "王芳", "established_on": date(2012, 4, 10)}
    for n in range(count):
        school = n % SCHOOLS
        where = {"town": towns[school % len(towns)], "organization": f"第{school}小学"}
        yield {**facts, **where, "name": f"第{n // SCHOOLS}中队", "member_count": 30 + n % 20}


def write(path: Path, key: str, rows: Iterator[dict[str, Any]]) -> None:
    names = [name for name, column in found(key).fields.items() if not column.derived]
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, [found(key).fields[name].heading for name in names])
        for number, row in enumerate(rows, start=1):
            for column, name in enumerate(names):
                if row.get(name) is not None:
                    sheet.write(number, column, row[name])


def found(key: str) -> Ledger:
    ledger = registry.find(key)
    assert ledger is not None
    return ledger


# Ours.


def bring_schools(path: Path, lead: User) -> None:
    bring("schools", path, lead)


def bring_squads(path: Path, lead: User) -> None:
    bring("units", path, lead)


def bring(key: str, path: Path, lead: User) -> None:
    with path.open("rb") as file:
        upload = uploads.send(ledger=found(key), file=File(file, path.name), by=lead)
    upload = checking.read(upload=upload, by=lead, progress=Progress(running(upload.job)))
    assert (upload.state, upload.wrong) == ("checked", 0), (upload.sentence, upload.lines.exclude(faults={}).first())
    upload.job.state, upload.job.finished_at = "done", upload.created_at
    upload.job.save()
    upload = uploads.confirm(upload=upload, by=lead)
    upload = writing.apply(upload=upload, by=lead, progress=Progress(running(upload.job)))
    assert upload.state == "applied", upload.sentence
    upload.job.state, upload.job.finished_at = "done", upload.created_at
    upload.job.save()


def running(job: Any) -> Job:
    job.state, job.attempts = "running", 1
    job.save()
    return job


def export_ours(lead: User) -> None:
    ledger = found("units")
    sheets.book(ledger, ledger.sheet_rows(ledger.listed(lead))).close()


# The others.


class Stock(ModelResource):
    """Without the one thing that it may not do here: sequences are the owner's."""

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        pass


class StockSquads(Stock):
    """As its documentation says it: a school by its name, a row by its natural key."""

    organization = Field("organization", "学校", ForeignKeyWidget(Organization, "name"))
    kind = Field("kind", "类别")
    name = Field("name", "名称")
    member_count = Field("member_count", "队员数")
    guide = Field("guide", "辅导员")
    established_on = Field("established_on", "成立日期")

    class Meta:
        model = PioneerUnit
        fields = ("organization", "kind", "name", "member_count", "guide", "established_on")
        import_id_fields = ("organization", "kind", "name")

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.county_id = instance.organization.county_id


class StockSchools(Stock):
    """A school's node is made before its row."""

    organization = Field("organization", "学校名称", ForeignKeyWidget(Organization, "name"))
    area = Field("area", "城乡")
    type = Field("type", "类型")
    class_count = Field("class_count", "班级数")
    member_count = Field("member_count", "少先队员数")
    opened_on = Field("opened_on", "建校日期")

    class Meta:
        model = School
        fields = ("organization", "area", "type", "class_count", "member_count", "opened_on")
        import_id_fields = ("organization",)

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        above = Organization.objects.get(kind=Kind.TOWN, name=row["镇（街道）"], county__name=row["报送单位"])
        Organization.objects.get_or_create(kind=Kind.SCHOOL, name=row["学校名称"], parent=above, defaults={"code": row["代码"]})

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.county_id = instance.organization.county_id


def stock_import(stock: type[ModelResource], path: Path) -> None:
    rows = tablib.Dataset().load(path.read_bytes(), format="xlsx")
    for dry_run in (True, False):
        result = stock().import_data(rows, dry_run=dry_run, raise_errors=True)
        assert not result.has_errors()


def export_stock(lead: User) -> None:
    StockSquads().export(PioneerUnit.objects.visible_to(lead).select_related("organization")).export("xlsx")


def copy_squads(path: Path) -> None:
    """The same columns from the same workbook, as fast as the two can do it; whoever reads it knows nothing of what is wrong."""
    with connection.cursor() as cursor:
        staged(cursor, path, "county, town, school, kind, name, members int, guide, day date, gone date")
        cursor.execute(
            "INSERT INTO organizations_pioneerunit "
            "(organization_id, county_id, kind, name, member_count, guide, established_on, dissolved_on) "
            "SELECT o.id, o.county_id, 'squad', s.name, s.members, coalesce(s.guide, ''), s.day, s.gone "
            "FROM copied s JOIN organizations_organization o ON o.kind = 'school' AND o.name = s.school"
        )
        assert cursor.rowcount == SQUADS


def copy_schools(path: Path) -> None:
    with connection.cursor() as cursor:
        columns = "county, town, name, code, area, type, strength, resident, classes int, members int, opened date, closed date"
        staged(cursor, path, columns)
        cursor.execute(
            "INSERT INTO organizations_organization (kind, name, code, parent_id, position, is_demo) "
            "SELECT 'school', s.name, s.code, t.id, 0, false FROM copied s JOIN organizations_organization c ON c.name = s.county "
            "JOIN organizations_organization t ON t.kind = 'town' AND t.name = s.town AND t.parent_id = c.id"
        )
        cursor.execute(
            "INSERT INTO organizations_school "
            "(organization_id, county_id, area, type, strength, is_new_resident, class_count, member_count, opened_on, closed_on) "
            "SELECT o.id, o.county_id, 'urban', 'central', 'average', s.resident = '是', s.classes, s.members, s.opened, s.closed "
            "FROM copied s JOIN organizations_organization o USING (code)"
        )
        assert cursor.rowcount == SCHOOLS


def staged(cursor: Any, path: Path, columns: str) -> None:
    """What calamine reads, put into a temporary table by COPY."""
    rows = iter(load_workbook(str(path)).get_sheet_by_index(0).iter_rows())
    next(rows)
    typed = [column if " " in column else f"{column} text" for column in columns.split(", ")]
    cursor.execute(f"CREATE TEMPORARY TABLE copied ({', '.join(typed)}) ON COMMIT DROP")
    lines = StringIO("".join("\t".join([str(int(cell) if type(cell) is float else cell) for cell in row]) + "\n" for row in rows))
    cursor.copy_expert("COPY copied FROM STDIN WITH (NULL '')", lines)


# The clock.


@contextmanager
def acting(lead: User) -> Iterator[None]:
    grants.forget(lead)
    with scope.opened(scope.DIRECTORY):
        scope.widen(grants.whole_scope(lead))
        yield


@dataclass(frozen=True)
class Run:
    """What one contender took: seconds; megabytes of its process at the highest, on top of what it began with, and of its reader."""

    seconds: float
    peak: float
    grown: float
    reader: float

    def __str__(self) -> str:
        reader = f", its reader {self.reader:.0f} MB" if self.reader else ""
        return f"{self.seconds:.2f} s, {self.peak:.0f} MB (+{self.grown:.0f}){reader}"

    def times(self, factor: float) -> "Run":
        return replace(self, seconds=self.seconds * factor)


def contest(lead: User, book: Path, ours: Any, copy: Any, stock: tuple[type[ModelResource], Path]) -> dict[str, Run]:
    """Each on the same tables; ours and COPY take turns, and the better of two counts for either."""
    turns = [(run(lead, lambda: ours(book, lead)), run(lead, lambda: copy(book))) for _ in range(2)]
    best = [min(each, key=lambda run: run.seconds) for each in zip(*turns, strict=True)]
    found = {"ours": best[0], "copy": best[1], "stock": run(lead, lambda: stock_import(*stock))}
    print(f"import of {book.stem}: {told(found)}", flush=True)
    return found


def run(lead: User, work: Callable[[], None]) -> Run:
    """In a process of its own; what was written is gone afterwards."""
    connections.close_all()
    answer, teller = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(teller, json.dumps(astuple(_measured(lead, work))).encode())
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(teller)
    os.waitpid(child, 0)
    with os.fdopen(answer) as file:
        return Run(*json.loads(file.read()))


def _measured(lead: User, work: Callable[[], None]) -> Run:
    before, found = peak(resource.RUSAGE_SELF), None
    with suppress(Undone), acting(lead):
        start = time.perf_counter()
        work()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        highest = peak(resource.RUSAGE_SELF)
        found = Run(time.perf_counter() - start, highest, highest - before, peak(resource.RUSAGE_CHILDREN))
        raise Undone
    assert found is not None
    return found


def peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def told(runs: dict[str, Run]) -> str:
    return "; ".join(f"{name} {each}" for name, each in runs.items())


def analyze() -> None:
    """What PostgreSQL would do by itself a minute later."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
