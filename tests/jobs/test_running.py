"""What happens to a job between its start and its end, by hand; tests/jobs/test_worker.py kills a real worker."""

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.jobs import progress, registry, running, services
from apps.jobs.enums import State
from apps.jobs.models import Job
from apps.jobs.registry import Kind as JobKind
from apps.notices.enums import Kind
from apps.notices.models import Event
from apps.organizations.models import Organization, Place
from apps.organizations.services import roles


def after(job: Job) -> Job:
    running.run(job.pk)
    return Job.objects.get(pk=job.pk)


def test_a_job_leaves_one_file_made_in_its_owners_scope(ask, jiaxing):
    job = after(ask(steps=4))
    county = jiaxing.county()
    seen = f"{Place.objects.filter(county=county).count()} {Organization.objects.filter(county=county).count()}"
    assert (job.state, job.sentence, job.done, job.total, job.attempts) == (State.DONE, "数完了。", 4, 4, 1)
    with job.file as file:
        said = file.read().decode()
    assert (said, job.filename, job.content_type, job.size) == (seen, "结果.txt", "text/plain", len(seen))
    assert job.expires_at - job.finished_at > timedelta(days=6)
    assert (progress.of(job).done, progress.of(job).share) == (4, 1.0)


@pytest.mark.parametrize(("kind", "title"), [("tests.count", "统计已完成"), ("tests.refuse", "统计没有完成")])
def test_its_owner_is_told_when_it_is_over(ask, lead, kind, title):
    job = after(ask(kind))
    after(job)
    (event,) = Event.objects.filter(kind=Kind.JOB)
    assert (event.title, event.person, event.text, event.url) == (title, lead, job.sentence, job.get_absolute_url())


def test_a_second_run_changes_nothing(ask):
    job = after(ask())
    again = after(job)
    assert (again.finished_at, again.attempts, again.file.name) == (job.finished_at, 1, job.file.name)
    assert default_storage.listdir(f"jobs/{job.pk}")[1] == ["1"]


def test_a_job_sees_no_more_than_its_owners_role_shows_now(ask, jiaxing, lead):
    job = ask()
    roles.revoke(user=lead, role="county_lead", organization=jiaxing.county(), by=jiaxing.person("sysadmin", jiaxing.city))
    roles.grant(user=lead, role="county_lead", organization=jiaxing.county("秀洲区"))
    job = after(job)
    assert (job.state, job.sentence, bool(job.file)) == (State.FAILED, running.NO_LONGER, False)


def test_a_job_of_a_disabled_account_does_not_run(ask, lead):
    job = ask()
    lead.is_active = False
    lead.save()
    assert after(job).sentence == running.NO_LONGER


def test_a_job_whose_role_lost_the_permission_does_not_run(ask, lead):
    job = ask()
    lead.groups.get().groupobjectpermission_set.filter(permission__codename="plans.view").delete()
    assert after(job).sentence == running.NO_LONGER


def test_a_rule_that_stands_against_it_is_its_sentence(ask):
    job = after(ask("tests.refuse"))
    assert (job.state, job.sentence) == (State.FAILED, "这一年没有方案。")


def test_a_fault_of_ours_is_logged_and_said_plainly(ask, caplog):
    job = after(ask("tests.break"))
    assert (job.state, job.sentence) == (State.FAILED, running.BROKEN)
    assert [(record.message, record.exc_info[0]) for record in caplog.records] == [(f"job {job.pk} failed", ZeroDivisionError)]


def test_a_job_that_takes_too_long_says_so(ask, monkeypatch, caplog):
    def endless(job, progress):
        raise SoftTimeLimitExceeded

    monkeypatch.setitem(registry._kinds, "tests.endless", JobKind("tests.endless", "plans.view", endless))
    assert after(ask("tests.endless")).sentence == "超过 9 分钟没有办完，已经停止。请缩小范围后重新申请。"


def test_a_job_that_is_called_off_stops_at_its_next_step(ask, monkeypatch):
    steps = []

    def work(job, told):
        for number in told.over(range(5)):
            steps.append(number)
            if number == 1:
                services.cancel(job=Job.objects.get(pk=job.pk))
                told._last = 0

    monkeypatch.setattr(progress, "EVERY", 0)
    monkeypatch.setitem(registry._kinds, "tests.work", JobKind("tests.work", "plans.view", work))
    job = after(ask("tests.work"))
    assert (steps, bool(job.file)) == ([0, 1], False)


def test_a_worker_that_was_thought_dead_writes_nothing(ask, monkeypatch):
    """Its job is begun again while it works: only the later attempt has a result."""

    def work(job, told):
        if job.attempts == 1:
            running.run(job.pk)  # another worker, meanwhile
        return registry.Result(open(__file__, "rb"), f"第{job.attempts}次", "text/plain")  # noqa: PTH123

    monkeypatch.setitem(registry._kinds, "tests.work", JobKind("tests.work", "plans.view", work))
    job = after(ask("tests.work"))
    assert (job.state, job.filename, job.attempts) == (State.DONE, "第2次", 2)
    assert default_storage.listdir(f"jobs/{job.pk}")[1] == ["2"]


def test_a_job_that_kills_its_workers_is_given_up(ask, caplog):
    job = ask()
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=running.MOST_ATTEMPTS)
    job = after(job)
    assert (job.state, job.sentence, job.attempts) == (State.FAILED, running.INTERRUPTED, 3)


def test_progress_is_told_while_it_runs(ask, monkeypatch):
    seen = []

    def work(job, told):
        for _ in told.over(["南湖区", "秀洲区"]):
            seen.append(progress.of(Job.objects.get(pk=job.pk)))
        return registry.Result(open(__file__, "rb"), "x", "text/plain")  # noqa: PTH123

    monkeypatch.setattr(progress, "EVERY", 0)
    monkeypatch.setitem(registry._kinds, "tests.work", JobKind("tests.work", "plans.view", work))
    after(ask("tests.work"))
    assert seen == [progress.Standing(0, 2, "南湖区"), progress.Standing(1, 2, "秀洲区")]
    assert [each.share for each in seen] == [0.0, 0.5]


def test_what_a_job_writes_is_signed_by_its_owner(ask, lead, jiaxing):
    job = after(ask())
    event = Job.pgh_event_model.objects.filter(pgh_obj=job).latest("pk")
    context = event.pgh_context
    assert (event.state, context["user"], context["name"], context["organization"]) == ("done", lead.pk, str(lead), jiaxing.county().pk)


def test_lost_jobs_are_given_to_the_workers_again(ask, monkeypatch, django_capture_on_commit_callbacks, caplog):
    sent = []
    monkeypatch.setattr("apps.jobs.tasks.run.apply_async", lambda args=(), kwargs=None, **options: sent.append(args[0]))
    lost, fresh = ask(steps=1), ask(steps=2)
    Job.objects.filter(pk=lost.pk).update(heard_at=timezone.now() - running.SILENT - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        running.tend()
        running.tend()  # the second finds nothing to do
    assert sent == [lost.pk]
    assert fresh.state == State.WAITING


def test_results_are_kept_for_a_week(ask):
    job = after(ask())
    name = job.file.name
    running.tend()
    assert default_storage.exists(name)
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now())
    running.tend()
    job.refresh_from_db()
    assert (default_storage.exists(name), job.is_available, job.state, job.sentence) == (False, False, State.DONE, running.GONE)


@pytest.mark.parametrize("key", [987_654_321])
def test_a_job_that_is_not_there_is_no_fault(db, key):
    assert running.run(key) is None
