"""Asking for a job and calling it off."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from apps.core import scope
from apps.core.errors import DomainError
from apps.jobs import services
from apps.jobs.enums import State
from apps.jobs.models import Job
from apps.organizations.grants import whole_scope
from apps.organizations.services import roles


def test_a_job_is_queued_when_its_transaction_commits(ask, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("apps.jobs.tasks.run.apply_async", lambda args=(), kwargs=None, **options: sent.append(list(args)))
    with django_capture_on_commit_callbacks(execute=True):
        job = ask()
        assert sent == []
    assert (sent, job.state, job.hat.role) == ([[job.pk]], State.WAITING, "county_lead")


def test_the_same_job_is_found_again_while_it_is_open(ask):
    job = ask(steps=1)
    assert ask(steps=1) == job
    assert ask(steps=2) != job
    services.cancel(job=job)
    assert ask(steps=1) != job


def test_the_database_holds_that_it_is_open_once(ask):
    job = ask()
    job.pk = None
    with pytest.raises(IntegrityError, match="job_once_at_a_time"), transaction.atomic():
        job.save(force_insert=True)


def test_nobody_fills_the_queue_alone(ask, jiaxing):
    for steps in range(services.MOST_OPEN):
        ask(steps=steps)
    with pytest.raises(DomainError, match="已有 5 个任务没有办完"):
        ask(steps=99)
    assert ask(steps=0).arguments == {"steps": 0}  # what is there already is still found
    assert ask(by=jiaxing.person("county_editor", jiaxing.county()))


def test_whoever_lacks_the_permission_starts_nothing(ask, jiaxing):
    with pytest.raises(PermissionDenied):
        ask(by=jiaxing.person("school_counselor", jiaxing.school()))


def test_a_kind_that_nobody_declares_is_a_mistake_of_ours(ask):
    with pytest.raises(ValueError, match=r"tests\.forgotten"):
        ask("tests.forgotten")


def test_no_job_belongs_to_another_county(jiaxing, lead):
    with scope.opened(whole_scope(lead)), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        services.start(kind="tests.count", title="统计", organization=jiaxing.county("秀洲区"), by=lead, arguments={})


def test_what_is_over_is_not_called_off(ask):
    job = services.cancel(job=ask())
    assert (job.state, job.finished_at is not None) == (State.CANCELLED, True)
    with pytest.raises(DomainError, match="已取消"):
        services.cancel(job=job)


def test_jobs_are_seen_by_their_owner_in_the_role_they_were_asked_in(ask, jiaxing, lead):
    from apps.organizations.grants import hats_of, wear

    job, school = ask(), jiaxing.school()
    other = jiaxing.person("county_lead", jiaxing.county())
    assert list(Job.objects.visible_to(lead)) == [job]
    assert list(Job.objects.visible_to(other)) == []
    roles.grant(user=lead, role="school_counselor", organization=school)
    for hat in hats_of(lead):
        wear(lead, hat)
        assert list(Job.objects.visible_to(lead)) == ([job] if hat.role == "county_lead" else [])
