"""From an act to the inboxes of those whom it concerns: once, and nobody else."""

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import scope
from apps.core.errors import DomainError
from apps.notices import selectors, services
from apps.notices.enums import Kind
from apps.notices.models import Event, Notice
from apps.notices.services import events
from apps.organizations.grants import whole_scope
from apps.organizations.rules import holds
from tests.factories.jiaxing import Jiaxing
from tests.factories.notices import readers, told
from tests.factories.people import UserFactory


@pytest.fixture
def people(jiaxing: Jiaxing) -> dict[str, User]:
    school = jiaxing.school()
    posts = {
        "city": ("city_officer", jiaxing.city),
        "lead": ("county_lead", jiaxing.county()),
        "editor": ("county_editor", jiaxing.county()),
        "school": ("school_counselor", school),
        "elsewhere": ("county_lead", jiaxing.county("秀洲区")),
    }
    return {name: jiaxing.person(role, organization) for name, (role, organization) in posts.items()}


@pytest.mark.parametrize(
    ("to", "expected"),
    [("plans.review", ["city"]), ("plans.edit", ["lead", "editor"]), ("plans.submit", ["lead"]), ("rooms.review", []), ("audit.view", [])],
)
def test_told_is_who_holds_the_permission_there_or_above(jiaxing, people, to, expected):
    assert readers(told(jiaxing.county(), to=to)) == sorted((people[name] for name in expected), key=lambda user: user.username)


@pytest.mark.parametrize("permission", ["plans.view", "plans.review", "rooms.submit", "rooms.review", "years.open", "people.view"])
@pytest.mark.parametrize("level", ["city", "county", "school"])
def test_recipients_are_exactly_who_holds(jiaxing, people, permission, level):
    organization = {"city": jiaxing.city, "county": jiaxing.county(), "school": people["school"].groups.get().holding.organization}[level]
    retired = jiaxing.person("county_lead", jiaxing.county(), is_active=False)
    event = Event(to=permission, addressee=organization, organization=organization)
    expected = {user.pk for user in [*people.values(), retired, UserFactory()] if holds(user, permission, organization)}
    assert {user for user, _ in selectors.recipients(event)} == expected


def test_whoever_did_it_is_not_told(jiaxing, people):
    assert readers(told(jiaxing.county(), to="plans.edit", by=people["lead"])) == [people["editor"]]


def test_one_person_alone_can_be_told(jiaxing, people):
    assert readers(told(jiaxing.county(), kind=Kind.JOB, to="", person=people["editor"], by=people["editor"])) == [people["editor"]]


def test_a_notice_belongs_to_where_its_reader_holds_the_role(jiaxing, people):
    [notice] = told(jiaxing.county(), to="plans.review", title="南湖区已上报", url="/plans/1/")
    assert (notice.organization, notice.county) == (jiaxing.city, jiaxing.city)
    assert (notice.title, notice.url, notice.kind, notice.read_at) == ("南湖区已上报", "/plans/1/", Kind.SUBMITTED, None)


def test_told_twice_with_the_same_key_is_one_notice(jiaxing, people):
    told(jiaxing.county(), key="plan.1.submitted")
    assert len(told(jiaxing.county(), key="plan.1.submitted")) == 1
    assert Event.objects.count() == 1


def test_the_same_key_at_another_organization_is_another_matter(jiaxing, people):
    told(jiaxing.county(), key="due.7")
    assert readers(told(jiaxing.county("秀洲区"), key="due.7")) == [people["lead"], people["elsewhere"]]


def test_fan_out_again_tells_nobody_again(jiaxing, people):
    [notice] = told(jiaxing.county())
    Event.objects.update(told_at=None)  # as if the first had been killed before it could say so
    assert events.fan_out() == 1
    assert list(Notice.objects.all()) == [notice]
    assert events.fan_out() == 0


def test_an_event_that_cannot_be_told_keeps_no_other_back(jiaxing, people, monkeypatch, caplog):
    for key in ("first", "second"):
        services.tell(kind=Kind.SUBMITTED, to="plans.submit", organization=jiaxing.county(), title=key, key=key)
    whole = selectors.recipients

    def broken(event: Event) -> list[tuple[int, int]]:
        return [(987_654_321, event.organization_id)] if event.key == "first" else whole(event)

    monkeypatch.setattr(selectors, "recipients", broken)
    with transaction.atomic():  # its constraint is asked at once
        from django.db import connection

        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert events.fan_out() == 1
    assert [notice.title for notice in Notice.objects.all()] == ["second"]
    assert "was not told" in caplog.text
    monkeypatch.setattr(selectors, "recipients", whole)
    assert events.fan_out() == 1


def test_a_county_tells_the_city_in_its_own_scope(jiaxing, people):
    """Who reads it is not the county's to know: the engine finds out."""
    with scope.opened(whole_scope(people["lead"])):
        services.tell(kind=Kind.SUBMITTED, to="plans.review", organization=jiaxing.county(), title="已上报", key="k", by=people["lead"])
    events.fan_out()
    with scope.opened(whole_scope(people["lead"])):
        assert Notice.objects.count() == 0
    with scope.opened(whole_scope(people["city"])):
        assert [notice.user for notice in Notice.objects.visible_to(people["city"])] == [people["city"]]


def test_a_reminder_is_once_a_day_and_says_who_did_it(jiaxing, people):
    def remind(by: User) -> None:
        services.remind(by=by, to="plans.edit", organization=jiaxing.county(), matter="plans.2027", title="请上报")

    remind(people["city"])
    at = timezone.localtime(Event.objects.get().at)
    with pytest.raises(DomainError) as refused:
        remind(jiaxing.person("city_officer", jiaxing.city))
    assert refused.value.message == f"{people['city']}今天 {at:%H:%M} 已催办南湖区，请明天再催。"
    events.fan_out()
    Notice.objects.filter(user=people["lead"]).update(read_at=timezone.now())
    [telling] = selectors.told_about("plans.2027", user=people["city"])
    assert (telling.event.by, telling.read, len(telling.readers)) == (people["city"], 1, 2)
    assert [name for name, at in telling.readers if at] == [people["lead"].name]
