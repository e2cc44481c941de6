"""A real worker writes what was confirmed: killed in the middle it leaves nothing half-written, and two files take turns."""

from collections.abc import Iterator

import pytest
from kombu import Connection

from apps.exchange.models import Upload
from apps.exchange.services import uploads, writing
from apps.jobs import progress, tasks
from apps.jobs.models import Job
from apps.organizations.models import School
from tests.core.test_worker import URL, kill, store, wait_for, worker  # noqa: F401  the fixture `store`
from tests.factories.exchange import Watched, finished, send
from tests.factories.jiaxing import Jiaxing
from tests.factories.together import at_once
from tests.jobs.test_worker import city, everything, unsent  # noqa: F401  fixtures

FACTS = {"area": "城镇", "type": "中心小学", "strength": "一般学校"}
ROWS = 8_000  # two batches
PATIENT = 60  # seconds that a worker may take for it, on a busy machine


@pytest.fixture
def media(settings, city, tmp_path) -> Iterator[None]:  # noqa: F811
    settings.MEDIA_ROOT = tmp_path
    yield


def checked(city: Jiaxing, count: int, *, start: int = 0) -> Upload:  # noqa: F811
    with everything():
        lead = city.person("county_lead", city.county())
        town = city.town().name
        return send("schools", [{"town": town, "name": f"新建{number}小学", **FACTS} for number in range(start, start + count)], by=lead)


def now(upload: Upload) -> Upload:
    with everything():
        return Upload.objects.select_related("job", "by").get(pk=upload.pk)


def schools() -> int:
    with everything():
        return School.objects.count()


def start(job: Job) -> None:
    with Connection(URL) as connection:
        tasks.run.apply_async([job.pk], connection=connection)


def test_a_worker_killed_while_it_writes_leaves_nothing_half_written(city, store, media):  # noqa: F811
    upload = checked(city, ROWS)
    with everything():
        job = uploads.confirm(upload=upload, by=upload.by).job
    start(job)
    with worker(visibility=PATIENT) as first:
        wait_for(lambda: 0 < progress.of(now(upload).job).done < ROWS, PATIENT)
        kill(first)
    assert (now(upload).state, schools()) == ("checked", 0)
    start(job)  # in production the broker gives it to the next worker: tests/jobs/test_worker.py
    with worker(visibility=PATIENT):
        wait_for(lambda: now(upload).state == "applied", PATIENT)
    assert (schools(), now(upload).job.attempts) == (ROWS, 2)


def test_two_files_of_a_ledger_take_turns(city, media):  # noqa: F811
    """Both bring the same school: the second one waits, and then has to be looked at again."""
    one, other = checked(city, 3), checked(city, 3, start=2)
    for upload in (one, other):
        with everything():
            uploads.confirm(upload=upload, by=upload.by)
            finished(upload)

    def write(upload: Upload) -> str:
        return writing.apply(upload=upload, by=upload.by, progress=Watched()).state

    assert at_once(lambda: write(one), lambda: write(other)) == ("applied", "checked")
    assert "已重新检查" in now(other).sentence
    assert (now(other).unchanged, now(other).new, schools()) == (1, 2, 3)


def test_a_file_is_confirmed_once_by_two_at_once(city, media):  # noqa: F811
    upload = checked(city, 2)

    def confirm() -> int:
        return uploads.confirm(upload=upload, by=upload.by).job_id

    first, second = at_once(confirm, confirm)
    assert first == second == now(upload).job_id
