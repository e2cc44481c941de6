"""One's own jobs as pages: how far, the file, and nobody else's."""

import pytest
from django.urls import reverse

from apps.audit.models import Act
from apps.jobs import running
from apps.jobs.enums import State
from apps.jobs.models import Job


@pytest.fixture
def client(jiaxing, lead):
    return jiaxing.signed_in(lead)


def test_a_running_job_refreshes_its_page(ask, client):
    job = ask()
    page = client.get(job.get_absolute_url())
    assert 'hx-trigger="every 2s"' in page.content.decode()
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.content.decode()
    part = client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert (part.count("<html"), part.count('id="standing"'), "排队中" in part) == (0, 1, True)


def test_a_finished_job_is_fetched_and_the_log_says_so(ask, client, lead):
    job = ask()
    running.run(job.pk)
    page = client.get(job.get_absolute_url()).content.decode()
    assert ("hx-trigger" in page, 'http-equiv="refresh"' in page, "下载 结果.txt" in page) == (False, False, True)
    answer = client.get(reverse("jobs:download", args=[job.pk]))
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E7%BB%93%E6%9E%9C.txt"
    with Job.objects.get(pk=job.pk).file as file:
        assert b"".join(answer.streaming_content) == file.read()
    act = Act.objects.latest("pk")
    assert (act.verb, act.about, act.user) == ("download", "统计：结果.txt", lead.pk)


def test_a_failed_job_says_why(ask, client):
    job = ask("tests.refuse")
    running.run(job.pk)
    page = client.get(job.get_absolute_url()).content.decode()
    assert ("这一年没有方案。" in page, "没有完成" in page) == (True, True)
    assert client.get(reverse("jobs:download", args=[job.pk])).url == job.get_absolute_url()


def test_a_job_is_called_off_from_its_page(ask, client):
    job = ask()
    answer = client.post(reverse("jobs:cancel", args=[job.pk]))
    assert (answer.url, Job.objects.get(pk=job.pk).state) == (job.get_absolute_url(), State.CANCELLED)
    page = client.post(reverse("jobs:cancel", args=[job.pk]), follow=True).content.decode()
    assert "这个任务已取消，不用再取消。" in page


@pytest.mark.parametrize("role", ["county_lead", "city_officer"])
def test_nobody_elses_job_is_found(ask, jiaxing, role):
    job = ask()
    running.run(job.pk)
    other = jiaxing.signed_in(jiaxing.person(role, jiaxing.city if role == "city_officer" else jiaxing.county()))
    assert {other.get(reverse(f"jobs:{name}", args=[job.pk])).status_code for name in ("detail", "download")} == {404}
    assert other.post(reverse("jobs:cancel", args=[job.pk])).status_code == 404
    assert "统计" not in other.get(reverse("jobs:list")).content.decode()


def test_a_lost_file_is_not_found(ask, client, caplog):
    job = ask()
    running.run(job.pk)
    job.refresh_from_db()
    job.file.storage.delete(job.file.name)
    assert client.get(reverse("jobs:download", args=[job.pk])).status_code == 404
    assert [record.message for record in caplog.records if record.name == "apps.jobs.views"] == [f"job {job.pk} has lost its file"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_list_takes_the_same_queries_however_long(ask, client, django_assert_num_queries, count):
    for steps in range(count):
        ask(steps=steps)
    client.get(reverse("jobs:list"))
    with django_assert_num_queries(QUERIES if count else QUERIES - 1):  # without any, the page of rows is not asked for
        page = client.get(reverse("jobs:list"))
    assert page.content.decode().count('<tr role="row"') - (1 if count else 0) == count


QUERIES = 13
