"""Ledgers that are too long to wait for are made by a job."""

import csv
from io import StringIO

import pytest

from apps.audit.models import Act
from apps.core import exports as formats
from apps.exchange.services import exports
from apps.jobs import running
from apps.jobs.models import Job
from tests.factories.exchange import Watched
from tests.factories.ledgers import check, taken_out


@pytest.fixture
def lead(jiaxing):
    for county, count in (("南湖区", 3), ("海宁市", 2)):
        for number in range(count):
            jiaxing.school(county, name=f"{county}第{number}小学", class_count=number)
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.mark.parametrize("format", formats.FORMATS)
def test_a_long_ledger_is_asked_for_from_the_same_address(jiaxing, lead, monkeypatch, format):
    monkeypatch.setattr(formats, "MAX_ROWS", 2)
    page = jiaxing.signed_in(lead).get(f"/exchange/schools/{format}")
    job = Job.objects.get()
    assert (page.status_code, page.url) == (302, job.get_absolute_url())
    assert (job.kind, job.arguments, job.organization) == ("exchange.ledger", {"ledger": "schools", "format": format}, jiaxing.county())


def test_the_file_has_the_rows_of_its_owner_and_is_in_the_log(jiaxing, lead):
    watched = Watched()
    file, count = exports.make(key="schools", format="csv", by=lead, progress=watched)
    with file:
        head, *rows = csv.reader(StringIO(file.read().decode("utf-8-sig")))
    assert (count, watched.total, [row[head.index("学校名称")] for row in rows]) == (3, 3, [f"南湖区第{n}小学" for n in range(3)])
    assert Act.objects.get(verb="export").details == {"ledger": "schools", "count": 3}
    assert [row.outcome for row in check("schools", taken_out("schools", by=lead), by=lead)] == ["unchanged"] * 3


def test_the_job_keeps_the_file(lead):
    job = exports.ask(ledger=exports.registry.find("schools"), format="xlsx", by=lead)
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.sentence, job.filename.endswith(".xlsx")) == ("done", "共 3 行。", True)
    with job.file.open() as file:
        assert file.read(2) == b"PK"
