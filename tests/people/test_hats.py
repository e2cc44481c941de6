"""Somebody with several roles acts in one of them at a time, and has only what that one gives."""

import pytest
from django.test import Client

from apps.audit.models import Act
from apps.core import scope
from apps.core.scope import Scope
from apps.organizations.middleware import HAT
from apps.organizations.models import RoleHolding
from apps.organizations.services import roles
from tests.factories.database import sql

HOME, AWAY = "南湖区", "秀洲区"


@pytest.fixture
def client(jiaxing) -> Client:
    """A lead at home who is an editor away."""
    user = jiaxing.person("county_lead", jiaxing.county(HOME))
    roles.grant(user=user, role="county_editor", organization=jiaxing.county(AWAY))
    return jiaxing.signed_in(user)


def hat(county: str) -> RoleHolding:
    return RoleHolding.objects.get(organization__name=county, group__user__isnull=False)


def test_nothing_is_seen_before_one_is_chosen(client):
    assert client.get("/plans/?year=2026").url == "/people/hats/?next=%2Fplans%2F%3Fyear%3D2026"
    assert client.get("/plans/", headers={"HX-Request": "true"}).status_code == 401
    answer = client.post("/organizations/1/area/", {})
    assert (answer.status_code, answer.url) == (302, "/people/hats/?next=%2Forganizations%2F1%2Farea%2F")


def test_the_chosen_one_leads_on_and_is_kept(client, jiaxing):
    page = client.get("/people/hats/?next=/organizations/")
    assert [str(each) for each in page.wsgi_request.hats] == [f"{HOME} 县（市、区）少工委负责人", f"{AWAY} 县（市、区）少工委工作人员"]

    assert client.post("/people/hats/", {"hat": hat(AWAY).pk, "next": "/organizations/"}).url == "/organizations/"

    assert client.get(f"/organizations/{jiaxing.county(AWAY).pk}/").status_code == 200
    assert client.get(f"/organizations/{jiaxing.county(HOME).pk}/").status_code == 404
    assert client.get("/desk/").context["shell"]["organization"] == jiaxing.county(AWAY)


def test_one_hat_does_not_lend_its_rights_to_another(client, jiaxing):
    client.post("/people/hats/", {"hat": hat(AWAY).pk})
    assert client.get(f"/organizations/{jiaxing.county(AWAY).pk}/").wsgi_request.user.has_perm("plans.submit") is False
    client.post("/people/hats/", {"hat": hat(HOME).pk})
    assert client.get(f"/organizations/{jiaxing.county(HOME).pk}/").wsgi_request.user.has_perm("plans.submit") is True


@pytest.mark.parametrize("nonsense", ["", "0", "x", "99999999999999999999"])
def test_only_a_hat_of_ones_own_can_be_worn(client, jiaxing, nonsense):
    jiaxing.person("city_officer", jiaxing.city)
    for chosen in (nonsense, hat(jiaxing.city.name).pk):
        answer = client.post("/people/hats/", {"hat": chosen})
        assert answer.status_code == 422
        assert "请选择一个身份。" in answer.content.decode()
        assert HAT not in client.session


def test_a_hat_that_is_taken_away_ends_the_session_and_is_not_offered_again(client, jiaxing):
    client.post("/people/hats/", {"hat": hat(HOME).pk})
    user = client.get("/desk/").wsgi_request.user
    roles.revoke(user=user, role="county_lead", organization=jiaxing.county(HOME))
    assert client.get("/desk/").url == "/login/?next=/desk/"
    answer = jiaxing.signed_in(user).get("/desk/")
    assert answer.context["shell"]["organization"] == jiaxing.county(AWAY)


def test_where_it_leads_is_never_another_host(client):
    answer = client.post("/people/hats/", {"hat": hat(HOME).pk, "next": "https://elsewhere.example/"})
    assert answer.url == "/desk/"


def test_the_choice_is_in_the_log_and_signs_what_follows(client, jiaxing):
    client.post("/people/hats/", {"hat": hat(AWAY).pk})
    [act] = Act.objects.filter(verb="wear")
    user = client.get("/desk/").wsgi_request.user
    assert (act.user, act.name, act.role, act.organization) == (user.pk, user.name, str(hat(AWAY)), jiaxing.county(AWAY).pk)


def test_the_log_is_not_read_from_below(client, jiaxing):
    client.post("/people/hats/", {"hat": hat(AWAY).pk})
    with scope.opened(Scope(counties=frozenset({jiaxing.county(AWAY).pk}))):
        assert sql("SELECT count(*) FROM audit_act") == [(0,)]
    assert sql("SELECT count(*) FROM audit_act WHERE verb = 'wear'") == [(1,)]
