"""All files of a unit's meetings, as one zip."""

from datetime import date
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile

from apps.audit.models import Act
from apps.conferences.models import Attachment
from apps.jobs import running
from apps.jobs.models import Job
from tests.factories.conferences import MeetingFactory


@pytest.fixture
def filed(jiaxing, unit):
    """Two meetings with a file each, and one of another unit."""
    for number, place in enumerate((unit, unit, jiaxing.county("海宁市")), start=1):
        meeting = MeetingFactory(organization=place, day=date(2026, 3, number))
        facts = {"name": f"纪要{number}.pdf", "content_type": "application/pdf", "size": 8, "sha256": str(number) * 64}
        row = Attachment(meeting=meeting, **meeting.tenancy(), **facts)
        row.file.save("", ContentFile(b"%PDF-1.7"), save=False)
        row.save()


def test_the_files_of_a_unit_leave_as_one(jiaxing, lead, unit, filed):
    client = jiaxing.signed_in(lead)
    assert "附件打包" in client.get(f"/conferences/units/{unit.pk}/").content.decode()
    answer = client.post(f"/conferences/units/{unit.pk}/attachments/")
    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.sentence) == ("done", "收入 2 个附件。")
    with job.file.open() as file, ZipFile(file) as bundle:
        names = [name.rpartition("/")[2] for name in bundle.namelist()]
        assert (names, bundle.read(bundle.namelist()[0])) == (["01 纪要1.pdf", "02 纪要2.pdf"], b"%PDF-1.7")
    assert Act.objects.get(verb="export").details == {"count": 2}


def test_another_units_files_are_not_found(jiaxing, unit, filed):
    stranger = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("海宁市")))
    assert stranger.post(f"/conferences/units/{unit.pk}/attachments/").status_code == 404


def test_without_files_there_is_nothing_to_ask_for(jiaxing, lead, unit):
    client = jiaxing.signed_in(lead)
    assert "附件打包" not in client.get(f"/conferences/units/{unit.pk}/").content.decode()
    client.post(f"/conferences/units/{unit.pk}/attachments/")
    running.run(Job.objects.get().pk)
    assert Job.objects.values_list("state", "sentence").get() == ("failed", "历次会议都没有附件。")
