"""Accounts: opened, reset, closed, moved and handed over; what each leaves behind."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.accounts.services import activations
from apps.audit.models import Act
from apps.core import seen
from apps.core.errors import Conflict, DomainError
from apps.organizations.models import RoleHolding
from apps.organizations.services import roles
from apps.people.models import Contact, Person
from apps.people.services import accounts, posts
from apps.people.services.accounts import STATE, Entry
from tests.factories.people import serving


def seen_of(person) -> str:
    return seen.fingerprint(Person.objects.get(pk=person.pk), STATE)


def stored(person) -> Person:
    return Person.objects.get(pk=person.pk)


def acts(verb: str) -> list[str]:
    return list(Act.objects.filter(verb=verb).order_by("pk").values_list("about", flat=True))


def test_an_account_is_opened_with_its_role_contact_and_code(county):
    entry = Entry("赵老师", county.school, phone="13800000000", email="zhao@school.example")
    opened = accounts.open_account(entry=entry, role="school_counselor", by=county.lead)

    user = User.objects.get(name="赵老师")
    contact = Contact.objects.get(user=user)
    assert (contact.organization, contact.county, contact.phone) == (county.school, county.home, "13800000000")
    assert [str(held) for held in opened.person.holdings] == [f"{county.school} 学校少先队大队辅导员"]
    assert activations.holder(username=user.username, code=opened.code) == user
    assert (user.has_usable_password(), user.chose_password_at) == (False, None)
    assert acts("grant") == [f"赵老师（{user.username}）：{county.school} 学校少先队大队辅导员"]
    assert acts("account") == [f"开通 赵老师（{user.username}）"]


def test_account_names_are_numbered_by_their_organization(county):
    opened = [accounts.open_account(entry=Entry(name, county.home), role="county_editor", by=county.lead) for name in ("甲", "乙")]
    assert [each.person.username for each in opened] == ["330402-1", "330402-2"]
    [at_school] = accounts.named([Entry("丙", county.school)])
    assert at_school.username == f"330402-{county.school.pk}-1"


def test_the_same_person_is_not_opened_twice_by_a_second_click(county):
    entry = Entry("赵老师", county.school)
    first = accounts.open_account(entry=entry, role="school_counselor", by=county.lead)
    with pytest.raises(DomainError) as refusal:
        accounts.open_account(entry=entry, role="school_counselor", by=county.lead)
    said = f"{county.school}已有赵老师的账号（{first.person.username}）；确是另一人的，请自己取一个账号。"
    assert (refusal.value.message, refusal.value.field) == (said, "username")


@pytest.mark.parametrize(("place", "role"), [("foreign", "school_counselor"), ("home", "county_lead"), ("city", "city_officer")])
def test_nobody_opens_what_they_may_not_give(county, place, role):
    with pytest.raises(PermissionDenied):
        accounts.open_account(entry=Entry("赵老师", getattr(county, place)), role=role, by=county.lead)
    assert not User.objects.filter(name="赵老师").exists()


def test_all_or_none(county):
    entries = [Entry("甲", county.school), Entry("乙", county.other, username="counselor")]
    with pytest.raises(DomainError, match="账号“counselor”已有人使用"):
        accounts.open_all(entries=entries, role="school_counselor", by=county.lead)
    assert not User.objects.filter(name="甲").exists()


def test_two_hundred_cost_as_many_statements_as_two(county):
    schools = [county.jiaxing.school() for _ in range(20)]

    def cost(names) -> int:
        entries = [Entry(name, schools[number % len(schools)]) for number, name in enumerate(names)]
        with CaptureQueriesContext(connection) as queries:
            accounts.open_all(entries=entries, role="school_counselor", by=county.lead)
        return len(queries)

    cost([f"预备{number}" for number in range(20)])  # opens the holdings
    assert cost([f"甲{number}" for number in range(2)]) == cost([f"乙{number}" for number in range(200)])


def test_a_reset_kills_the_password_and_the_sessions(county):
    county.counselor.set_password("old-password-2012")
    county.counselor.save()
    page = county.page(county.counselor)
    assert page.get("/desk/").status_code == 200

    opened = accounts.reset(person=county.counselor, seen=seen_of(county.counselor), by=county.lead)

    assert page.get("/desk/").url == "/login/?next=/desk/"
    assert stored(county.counselor).has_usable_password() is False
    assert activations.holder(username="counselor", code=opened.code).pk == county.counselor.pk


def test_a_second_reset_of_the_same_page_is_refused(county):
    saw = seen_of(county.counselor)
    first = accounts.reset(person=county.counselor, seen=saw, by=county.lead)
    with pytest.raises(Conflict):
        accounts.reset(person=county.counselor, seen=saw, by=county.lead)
    assert activations.holder(username="counselor", code=first.code) is not None


def test_a_disabled_account_is_out_at_once_and_has_no_password_to_come_back_with(county):
    county.counselor.set_password("old-password-2012")
    county.counselor.save()
    page = county.page(county.counselor)

    accounts.disable(person=county.counselor, by=county.lead)

    assert page.get("/desk/").url == "/login/?next=/desk/"
    assert not page.login(request=page.get("/login/").wsgi_request, username="counselor", password="old-password-2012")
    with pytest.raises(DomainError, match="已经停用"):
        accounts.disable(person=county.counselor, by=county.lead)

    opened = accounts.enable(person=county.counselor, by=county.lead)
    assert activations.holder(username="counselor", code=opened.code).pk == county.counselor.pk
    assert [held.role for held in stored(county.counselor).holdings] == ["school_counselor"]
    assert acts("account") == ["停用 李老师（counselor）", "恢复使用 李老师（counselor）"]


def test_a_reset_code_of_a_disabled_account_opens_nothing(county):
    code = accounts.reset(person=county.counselor, seen=seen_of(county.counselor), by=county.lead).code
    accounts.disable(person=county.counselor, by=county.lead)
    assert activations.holder(username="counselor", code=code) is None
    with pytest.raises(DomainError, match="账号已停用"):
        accounts.reset(person=county.counselor, seen=seen_of(county.counselor), by=county.lead)


@pytest.mark.parametrize("act", ["disable", "enable", "reset_second_factor", "reset"])
def test_acts_on_whom_one_does_not_keep_are_refused(county, act):
    for person in (county.lead, county.stranger, county.officer, county.sysadmin):
        facts = {"seen": seen_of(person)} if act == "reset" else {}
        with pytest.raises(PermissionDenied):
            getattr(accounts, act)(person=person, by=county.lead, **facts)


def test_two_at_once_lose_nothing(county):
    contact = Contact.objects.get(user=county.counselor)
    saw = accounts.fingerprint(county.counselor, contact)
    accounts.amend(person=county.counselor, name="李老师", phone="0573-1111111", email="", seen=saw, by=county.lead)
    with pytest.raises(Conflict):
        accounts.amend(person=county.counselor, name="李敏", phone="0573-2222222", email="", seen=saw, by=county.sysadmin)
    assert Contact.objects.get(user=county.counselor).phone == "0573-1111111"


def test_a_move_asks_about_every_role_and_ends_sessions(county):
    page = county.page(county.counselor)
    [held] = county.counselor.holdings
    with pytest.raises(Conflict):
        accounts.move(person=county.counselor, organization=county.other, keep=[], take=[], by=county.lead)

    moved = accounts.move(person=county.counselor, organization=county.other, keep=[], take=[held], by=county.lead)

    assert (moved.home, moved.holdings) == (county.other, [])
    assert page.get("/desk/").url == "/login/?next=/desk/"
    assert acts("account") == [f"调动 李老师（counselor）：{county.school} → {county.other}"]


def test_nobody_is_moved_out_of_ones_reach(county):
    with pytest.raises(PermissionDenied):
        accounts.move(person=county.counselor, organization=county.foreign, keep=county.counselor.holdings, take=[], by=county.lead)
    moved = accounts.move(person=county.counselor, organization=county.foreign, keep=county.counselor.holdings, take=[], by=county.sysadmin)
    assert (moved.home, moved.contact.county) == (county.foreign, county.away)


def test_a_role_taken_away_bites_on_the_next_request(county):
    page = county.page(county.counselor)
    address = f"/organizations/{county.school.pk}/"
    assert page.get(address).status_code == 200
    roles.revoke(user=county.counselor, role="school_counselor", organization=county.school, by=county.lead)
    assert page.get(address).status_code == 302
    assert county.page(county.counselor).get(address).status_code == 403
    assert acts("revoke") == [f"李老师（counselor）：{county.school} 学校少先队大队辅导员"]
    with pytest.raises(DomainError, match="无需再办理"):
        roles.revoke(user=county.counselor, role="school_counselor", organization=county.school, by=county.lead)


def test_a_school_passes_to_somebody_new(county):
    [held] = county.counselor.holdings
    opened = posts.hand_over(held=held, outgoing=county.counselor, to=Entry("赵老师", county.school), disable=True, by=county.lead)
    assert [str(each) for each in opened.person.holdings] == [str(held)]
    assert (stored(county.counselor).holdings, stored(county.counselor).is_active) == ([], False)


def test_a_school_passes_to_somebody_with_an_account(county):
    heir = serving("school_counselor", county.other)
    [held] = county.counselor.holdings
    posts.hand_over(held=held, outgoing=county.counselor, to=heir, disable=False, by=county.lead)
    assert {each.organization for each in stored(heir).holdings} == {county.school, county.other}
    assert stored(county.counselor).is_active is True


def test_a_handover_that_cannot_be_finished_changes_nothing(county):
    roles.grant(user=county.counselor, role="school_counselor", organization=county.other)
    held = RoleHolding.objects.get(organization=county.school)
    with pytest.raises(DomainError, match="账号不能停用"):
        posts.hand_over(held=held, outgoing=stored(county.counselor), to=Entry("赵老师", county.school), disable=True, by=county.lead)
    with pytest.raises(DomainError, match="不能是移交人本人"):
        posts.hand_over(held=held, outgoing=stored(county.counselor), to=stored(county.counselor), disable=False, by=county.lead)
    assert not User.objects.filter(name="赵老师").exists()
    assert {each.organization for each in stored(county.counselor).holdings} == {county.school, county.other}
