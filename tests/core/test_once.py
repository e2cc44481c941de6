"""The same form sent twice is done once: a second click, a reload, and two requests at the same moment."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connections
from django.test import Client, RequestFactory

from apps.accounts.models import User
from apps.core import once, scope
from apps.core.models import Submission
from apps.organizations.models import PioneerUnit
from tests.factories.people import UserFactory
from tests.factories.together import at_once

UNIT = {"kind": "squad", "name": "一中队", "established_on": "2012-05-01", "member_count": "40", "guide": "王老师"}


@pytest.fixture
def school(jiaxing):
    return jiaxing.school()


@pytest.fixture
def counselor(jiaxing, school) -> Client:
    return jiaxing.signed_in(jiaxing.person("school_counselor", school))


def rendered(client: Client, school) -> dict[str, str]:
    """A form as its page was drawn: every drawing carries a token of its own."""
    page = client.get(f"/organizations/{school.pk}/units/new/")
    return {**UNIT, "csrfmiddlewaretoken": str(page.context["csrf_token"])}


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_second_sending_leads_where_the_first_one_did(counselor, school):
    form, address = rendered(counselor, school), f"/organizations/{school.pk}/units/new/"

    first, second = counselor.post(address, form), counselor.post(address, form)

    assert (first.status_code, first.url) == (second.status_code, second.url) == (302, f"/organizations/{school.pk}/")
    assert said(second)[-1] == once.REPEATED
    assert PioneerUnit.objects.filter(organization=school).count() == 1


def test_another_text_on_the_same_page_is_another_sending(counselor, school):
    form, address = rendered(counselor, school), f"/organizations/{school.pk}/units/new/"
    counselor.post(address, form)
    counselor.post(address, {**form, "name": "二中队"})
    assert PioneerUnit.objects.filter(organization=school).count() == 2


def test_the_page_drawn_again_is_another_sending(counselor, school):
    address = f"/organizations/{school.pk}/units/new/"
    counselor.post(address, rendered(counselor, school))
    answer = counselor.post(address, rendered(counselor, school))
    assert answer.status_code == 200
    assert "这里已有名为“一中队”的中队" in answer.content.decode()


def test_a_form_that_came_back_may_be_sent_again(counselor, school):
    form, address = rendered(counselor, school), f"/organizations/{school.pk}/units/new/"
    wrong = {**form, "established_on": "明天"}
    assert [counselor.post(address, wrong).status_code for _ in range(2)] == [200, 200]
    assert not Submission.objects.exists()


def test_what_somebody_sent_says_nothing_to_others(counselor, jiaxing, school):
    """The same bytes from another person are another sending."""
    form, address = rendered(counselor, school), f"/organizations/{school.pk}/units/new/"
    counselor.post(address, form)
    other = jiaxing.signed_in(jiaxing.person("school_counselor", jiaxing.school("秀洲区")))
    assert other.post(address, form).status_code == 404


def test_old_ones_are_forgotten(counselor, school):
    counselor.post(f"/organizations/{school.pk}/units/new/", rendered(counselor, school))
    assert once.forget_old() == 0
    Submission.objects.update(at=Submission.objects.get().at - once.KEPT - timedelta(seconds=1))
    assert once.forget_old() == 1


@pytest.fixture
def sender(django_db_setup, django_db_blocker) -> Iterator[User]:
    """Somebody who is there for other connections too; taken out again by the owner."""
    with django_db_blocker.unblock():
        user = UserFactory()
        yield user
        with scope.opened(scope.EVERYTHING, using="owner"):
            for model in (Submission, User):
                model.objects.using("owner").all().delete()
        connections.close_all()


def test_of_two_at_the_same_moment_the_second_waits_for_the_first(sender):
    request = RequestFactory().post("/", {"csrfmiddlewaretoken": "x"})
    request.user = sender
    assert at_once(lambda: once._claim("key", request), lambda: once._claim("key", request)) == (True, False)
