"""Every address × everybody × whose it is × GET and POST: the answers are those of docs/access.md, which people review.

The addresses come from the URLconf and the people from the role table, so a new one fails here until the table is made anew
(`make docs`) and its difference read. What no table may say is below it:
the rules that hold whatever docs/access.md says. How an address learns what its arguments stand for: tests/trust/world.py.
"""

import logging
import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from django.conf import settings

from apps.core.guard import SIGNED_IN
from apps.organizations.roles import ROLES
from apps.people.middleware import AFTER, BEFORE
from tests.architecture.test_urls import OPEN
from tests.trust.world import AWAY, OUTSIDERS, Answer, Case, World

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "access.md"
METHODS = ("GET", "POST")
# Pages about another county's object that are no 404 to a role which has the permission; each needs a reason.
SHOWN_TO_OTHERS: dict[str, str] = {}
# What a page that only shows may write: the session, the log, and figures that are settled before they are read.
ALWAYS = {"accounts_session", "audit_act", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog"}
READING = {"pghistory_context", "coverage_year", "coverage_yearevent", "coverage_fact", "coverage_figure", "coverage_change"}

# What a script sends while its page stays open is answered with 200 when it is done.
DONE_BESIDE_THE_PAGE = {"plans:attach"}

Key = tuple[str, str, str, str]  # address, method, subject, actor


def permissions_of(actor: str) -> frozenset[str]:
    return frozenset() if actor in OUTSIDERS else ROLES[actor.partition(" ")[0]].permissions


def is_city(actor: str) -> bool:
    return actor.endswith("@ city")


def has_permission(actor: str, case: Case) -> bool:
    return case.permission in (None, SIGNED_IN) or case.permission in permissions_of(actor)


def asked(actor: str, method: str, case: Case) -> bool:
    """Is the answer worth a request? Where it cannot depend on whose the object is, one of them says it."""
    if case.subject in ("", "own"):
        return True
    if actor in OUTSIDERS or not case.has(method) or not has_permission(actor, case):
        return False
    return case.subject == "nobody" if is_city(actor) else True  # everything in the city is the city's


@pytest.fixture(scope="module")
def answers(world: World) -> Iterator[dict[Key, Answer]]:
    logging.disable(logging.CRITICAL)  # each refusal would be a line
    found = {}
    for case in world.cases:
        with world.set_for(case):
            for actor in world.actors:
                for method in METHODS:
                    if asked(actor, method, case):
                        found[case.name, method, case.subject, actor] = world.ask(actor, method, case)
    logging.disable(logging.NOTSET)
    yield found


INTRODUCTION = """\
# Access

Which answer each address gives to whom, as `tests/trust/test_matrix.py` asked for it; that test holds this page equal, and writes it anew
with `make docs`. Read its differences as carefully as code: this table is what is promised.

A cell holds one answer, or one for each subject of the line, in their order; `·` was not asked, because the answer cannot depend on it.
**own** belongs to the very school, town or county of the person, **sibling** to another school of the same county, **other** to another
county; **invited** is what another county's school filed with one's own; **nobody** does not exist. The city owns all, so it is asked about
own and nobody. `login` and `hats` are the redirections to sign-in and to the choice of a role. A POST takes the step with the version its
button would send; a form arrives empty, so 200 and 422 are its complaints.
"""


def document(world: World, answers: dict[Key, Answer]) -> str:
    parts = [INTRODUCTION]
    for section, cases in groupby(world.cases, key=lambda case: case.name.partition(":")[0]):
        parts += [f"## {section}", "", _line(["Address", "", "Subjects", *(f"`{actor}`" for actor in world.actors)])]
        parts.append(_line(["---"] * (3 + len(world.actors))))
        for name, found in groupby(cases, key=lambda case: case.name):
            subjects = [case.subject for case in found]
            for method in METHODS:
                cells = [_cell(answers, name, method, subjects, actor) for actor in world.actors]
                parts.append(_line([f"`{name}`", method, " ".join(subjects), *cells]))
        parts.append("")
    return "\n".join(parts)


def _cell(answers: dict[Key, Answer], name: str, method: str, subjects: list[str], actor: str) -> str:
    found = [answers.get((name, method, subject, actor)) for subject in subjects]
    statuses = [answer.status if answer else "·" for answer in found]
    return statuses[0] if {*statuses} <= {statuses[0], "·"} else " ".join(statuses)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def test_the_answers_are_those_of_the_reviewed_table(world, answers):
    made = document(world, answers)
    if os.environ.get("UPDATE_ACCESS"):
        DOCUMENT.write_text(made, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8").splitlines() == made.splitlines()


# What no table may say


def by(world: World, answers: dict[Key, Answer], *subjects: str) -> Iterator[tuple[Key, Case, Answer]]:
    cases = {(case.name, case.subject): case for case in world.cases}
    for key, answer in answers.items():
        if not subjects or key[2] in subjects:
            yield key, cases[key[0], key[2]], answer


def test_whoever_is_not_signed_in_is_sent_to_sign_in(world, answers):
    assert {name for name, _, _, actor in answers if actor == "anonymous"} == {case.name for case in world.cases}
    wrong = {
        key: answer.status
        for key, _, answer in by(world, answers)
        if key[3] == "anonymous" and key[0] not in OPEN and answer.status != "login"
    }
    assert wrong == {}


def test_without_the_permission_the_answer_is_403(world, answers):
    wrong = {
        key: answer.status
        for key, case, answer in by(world, answers)
        if key[3] not in ("anonymous", "hat not chosen") and not has_permission(key[3], case) and answer.status != "403"
    }
    assert wrong == {}


def test_before_a_hat_is_chosen_there_is_nothing_but_the_choice(answers):
    without = {*BEFORE, *AFTER["people:hats"], "people:hats"}
    statuses = {key: answer.status for key, answer in answers.items() if key[3] == "hat not chosen" and key[0] not in without}
    assert {key: status for key, status in statuses.items() if status != "hats"} == {}


def test_what_is_another_countys_is_not_found(world, answers):
    asked_about = {key[0] for key in answers if key[2] == "other"}
    assert SHOWN_TO_OTHERS.keys() - asked_about == set()
    wrong = {
        key: answer.status
        for key, case, answer in by(world, answers, "other")
        if key[3] not in OUTSIDERS and not is_city(key[3]) and has_permission(key[3], case) and key[0] not in SHOWN_TO_OTHERS
        if answer.status != "404"
    }
    assert wrong == {}


def test_what_is_another_countys_looks_like_what_does_not_exist(answers):
    """The same status and the same page, so that trying keys teaches nothing."""
    compared = [key for key in answers if key[2] == "other" and (*key[:2], "nobody", key[3]) in answers]
    differing = []
    for key in compared:
        other, nobody = answers[key], answers[*key[:2], "nobody", key[3]]
        if (other.status, other.essence) != (nobody.status, nobody.essence):
            differing.append(key)
    assert compared
    assert differing == []


def test_nothing_of_another_county_is_shown(answers):
    local = {key: answer for key, answer in answers.items() if not is_city(key[3])}
    assert {key for key, answer in local.items() if answer.shows(AWAY)} == set()


def test_a_refused_post_writes_nothing(answers):
    """Not even something that it undoes; a form that comes back with its complaints is read like any page."""
    wrong = {}
    for key, answer in answers.items():
        touched = answer.touched - (ALWAYS | READING if answer.status == "200" else ALWAYS)
        if key[1] == "POST" and answer.status != "302" and touched and key[0] not in DONE_BESIDE_THE_PAGE:
            wrong[key] = touched
    assert wrong == {}


def test_a_get_writes_nothing(answers):
    allowed = ALWAYS | READING
    assert {key: answer.touched - allowed for key, answer in answers.items() if key[1] == "GET" and answer.touched - allowed} == {}


def test_a_background_request_gets_no_more(world, answers):
    """htmx is answered like a browser; where a browser is sent to sign in, it is told so plainly."""
    wrong = {}
    for case in world.cases:
        with world.set_for(case):
            for actor in world.actors:
                key = (case.name, "GET", case.subject, actor)
                relevant = actor in OUTSIDERS or (case.subject == "other" and has_permission(actor, case))
                if key not in answers or not relevant:
                    continue
                answer = world.ask(actor, "GET", case, background=True)
                expected = {"login": "401", "hats": "401"}.get(answers[key].status, answers[key].status)
                if answer.status != expected or answer.shows(AWAY):
                    wrong[key] = answer.status
    assert wrong == {}


def test_the_data_would_show_a_leak(world, answers):
    """The city, which may see it, does see each county's words on the pages that show words."""
    for method, subject, actor in (("GET", "own", "city_reader @ city"), ("GET", "own", "county_lead @ county")):
        pages = {key[0] for key, answer in answers.items() if key[1:] == (method, subject, actor) and answer.shows("南湖区")}
        assert {"plans:detail", "plans:attachment", "rooms:detail", "pairings:detail", "counselors:detail", "supervision:detail"} <= pages
