"""Each wall alone is enough: every page is asked about another county again, with one of the two taken away.

With the first gone (`visible_to` lists everything, and the rule about an object says yes to whoever has the permission at all) row-level
security stands alone, for every view at once; with the second gone (each request's scope is everything) the filters stand alone. An account
is no tenant's row: who keeps it is a rule of its own (apps/people/rules.py), which stays in place where the filters are dropped. With both
walls gone the words of the other county do appear, so the tests would see them.
"""

import logging
from collections.abc import Callable, Iterator

import pytest
from django.db import models

from apps.accounts.models import User
from apps.core import scope
from apps.core.guard import SIGNED_IN
from tests.trust.test_matrix import ALWAYS, METHODS, Answer, has_permission, is_city
from tests.trust.world import AWAY, HOME, OUTSIDERS, Case, World

Break = Callable[[pytest.MonkeyPatch], None]


def querysets(base: type = models.QuerySet) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from querysets(each)


def drop_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `visible_to` and `in_scope` of ours lists all there is, and every object is within everybody's permissions."""
    for queryset in querysets():
        for name in {"visible_to", "in_scope"} & vars(queryset).keys() if queryset.__module__.startswith("apps.") else ():
            monkeypatch.setattr(queryset, name, lambda self, whoever: self)
    asks = User.has_perm
    monkeypatch.setattr(User, "has_perm", lambda self, permission, row=None: asks(self, permission))


def widen_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database shows every request everything."""
    monkeypatch.setattr("apps.organizations.middleware.grants.whole_scope", lambda user: scope.EVERYTHING)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


# Pages whose words are asked for by who reads them, whatever they may see.
ONES_OWN = {"desk:desk": "what one did lately is what one's own office did"}
Key = tuple[str, str, str, str]  # address, method, subject, actor


def asks_for(actor: str, case: Case) -> str:
    """Whom somebody's answer stands for: everybody at the same post with the page's permission; themselves where it names none."""
    return actor if case.permission in (None, SIGNED_IN) else actor.partition("@ ")[2]


def asked_again(world: World, *subjects: str, methods: tuple[str, ...] = METHODS, who: str = "@") -> dict[Key, Answer]:
    """What the people of one county get on every page that their roles open, about these subjects; on pages about nothing else a GET.

    One for each post asks: at the same organization, whoever has the page's permission sees through the same scope. Where a page names no
    permission, everybody asks.
    """
    found = {}
    for case in world.cases:
        if case.subject and case.subject not in subjects:
            continue
        asking = {
            asks_for(actor, case): actor
            for actor in reversed(world.actors)
            if not (actor in OUTSIDERS or is_city(actor)) and has_permission(actor, case) and who in actor
        }
        with world.set_for(case):
            for actor in asking.values():
                for method in methods if case.subject else ("GET",):
                    if case.has(method):
                        found[case.name, method, case.subject, actor] = world.ask(actor, method, case)
    return found


def leaking(answers: dict[Key, Answer]) -> set[str]:
    return {key[0] for key, answer in answers.items() if answer.shows(AWAY)}


def test_row_level_security_catches_every_dropped_filter(world, monkeypatch):
    drop_filters(monkeypatch)
    answers = asked_again(world, "other")
    assert leaking(answers) == set()
    written = {key: answer.touched - ALWAYS for key, answer in answers.items() if key[1] == "POST" and answer.status != "500"}
    assert {key: tables for key, tables in written.items() if tables} == {}


def test_the_filters_catch_a_scope_that_is_too_wide(world, monkeypatch):
    widen_scope(monkeypatch)
    answers = asked_again(world, "other")
    assert leaking(answers) == set()
    assert {answer.status for key, answer in answers.items() if key[2] == "other"} == {"404"}


@pytest.mark.parametrize("role", ["county_lead", "school_counselor"])
def test_without_both_walls_every_page_with_words_shows_them(world, monkeypatch, role):
    own = {key[0] for key, answer in asked_again(world, "own", methods=("GET",), who=role).items() if answer.shows(HOME)}
    drop_filters(monkeypatch)
    widen_scope(monkeypatch)
    monkeypatch.setattr("apps.people.rules.why_not", lambda by, person: None)
    assert own - leaking(asked_again(world, "other", methods=("GET",), who=role)) == ONES_OWN.keys() & own
    assert own
