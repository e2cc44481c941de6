"""The lifecycle against a model of itself: any order of writing, submitting, remarking, answering, deciding and waiting, by any of its
people, stale or not, around the midnight that ends the due day; with more time for the unit, and with its year closed.

`HYPOTHESIS_PROFILE=long` looks further.
"""

import os
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle import rules
from apps.core.lifecycle import services as lifecycle
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.services import Incomplete
from apps.organizations.services import roles
from apps.plans import services
from apps.plans.models import Plan, Remark
from apps.years.services import closing, extensions
from tests.factories.plans import TEXTS, PlanFactory, WindowFactory

common = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("short", max_examples=10, stateful_step_count=20, **common)
settings.register_profile("long", max_examples=1000, stateful_step_count=60, **common)

DUE = (date(2031, 12, 31), date(2028, 2, 29), date(2031, 4, 10))  # the end of a year, a leap day, the circular's own
ROW = {"title": "部署", "starts_on": date(2031, 3, 1), "ends_on": date(2031, 3, 2), "responsible": "办公室"}
STALE = st.sampled_from([False] * 5 + [True])
COMPLETE = st.sampled_from([True] * 3 + [False])
PASSAGES = st.sampled_from(("goals", "duties", "stages"))
WORDS = st.sampled_from(("请写明数量。", "请补充。", ""))
PEOPLE = ("editor", "lead", "both", "officer", "second", "head", "neighbour")
CITY = {"officer", "second", "head"}


class Lifecycle(RuleBasedStateMachine):
    """One plan from two hours before the midnight that ends its due day; the window closes a day later."""

    jiaxing: Any
    people: dict[str, Any]
    monkeypatch: Any

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    @initialize(due_on=st.sampled_from(DUE), signed=st.booleans(), before=st.sampled_from([7200, 1, 0]))
    def begin(self, due_on: date, signed: bool, before: int) -> None:
        """`before` the last second of the due day; 0 is that second, and the next one is too late."""
        self.now = timezone.make_aware(datetime.combine(due_on, time(23, 59, 59))) - timedelta(seconds=before)
        self.monkeypatch.setattr(timezone, "now", lambda: self.now)
        dates = {"opens_on": due_on - timedelta(days=9), "due_on": due_on, "closes_on": due_on + timedelta(days=1)}
        self.window = WindowFactory(year=due_on.year, needs_sign_off=signed, **dates)
        plan = PlanFactory(organization=self.jiaxing.county(), window=self.window, created_by=self.people["lead"])
        self.pk, self.due, self.last_day, self.signed = plan.pk, self.window.due_at, dates["closes_on"], signed
        self.state, self.version, self.complete = State.DRAFT, 1, True
        self.first_submitted, self.submitted_by, self.looked, self.number = None, None, None, None
        self.steps: list[tuple[str, str]] = []  # verb and the goals as they stood
        self.goals, self.closed, self.approvals = TEXTS["goals"], False, 0
        self.asked: dict[str, Any] = {}
        self.drafts: dict[tuple[str, str], str] = {}  # (who, passage) → words
        self.sent: dict[int, dict[str, Any]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        self.monkeypatch.undo()

    @property
    def plan(self) -> Plan:
        return Plan.objects.select_related("window", "organization", "county").get(pk=self.pk)

    @property
    def today(self) -> date:
        return timezone.localtime(self.now).date()

    @property
    def editable(self) -> bool:
        return self.state in (State.DRAFT, State.RETURNED) and not self.closed

    @property
    def waits_for(self) -> str:
        """The decision that can be taken now."""
        if self.state != State.SUBMITTED or self.closed:
            return ""
        return "sign" if self.signed and self.looked else "review"

    def seen(self, stale: bool) -> int:
        return self.version - 1 if stale else self.version

    # What people do

    @rule(seconds=st.sampled_from([1, 59, 7199, 7200, 86400]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(who=st.sampled_from(("editor", "lead")), complete=COMPLETE, stale=STALE)
    def write(self, who: str, complete: bool, stale: bool) -> None:
        plan = self.plan
        goals = f"<p>目标 {self.version}</p>" if complete else ""
        plan.texts = {**TEXTS, "goals": goals}

        def act() -> None:
            services.save(report=plan, by=self.people[who], version=self.seen(stale), stages=[ROW] if complete else [])

        if stale or not self.editable:
            self.refused(self.too_late, act)
            return
        act()
        self.version, self.complete, self.goals = self.version + 1, complete, goals

    @rule(who=st.sampled_from(("lead", "both")), stale=STALE)
    def submit(self, who: str, stale: bool) -> None:
        def act() -> Any:
            return services.submit(report=self.plan, by=self.people[who], version=self.seen(stale))

        if stale or not self.editable:
            self.refused(self.too_late, act)
        elif not self.complete or self.today > self.last_day:
            self.refused(Incomplete, act)
        else:
            act()
            self.first_submitted = self.first_submitted or self.now
            self.submitted_by, self.looked = who, None
            self.took("submit", State.SUBMITTED)

    @rule(who=st.sampled_from(("officer", "both", "head")), slot=st.sampled_from(("review", "sign")), stale=STALE)
    def decide(self, who: str, slot: str, stale: bool) -> None:
        def act() -> Any:
            return services.approve(report=self.plan, slot=slot, by=self.people[who], version=self.seen(stale))

        if not self.holds(who, slot):
            self.refused(PermissionDenied, act)
        elif stale or slot != self.waits_for:
            self.refused(self.too_late, act)
        elif who == self.submitted_by or (slot == "sign" and who == self.looked):
            self.refused(DomainError, act)
        elif slot == "review" and self.signed:
            act()
            self.looked = who
            self.took("approve", State.SUBMITTED)
        else:
            act()
            self.number, self.approvals = self.number or 1, self.approvals + 1
            self.took("approve", State.APPROVED)

    def holds(self, who: str, slot: str) -> bool:
        """`both` reviews and signs; where nothing is to be signed there is no such decision to hold."""
        return (slot == "sign" and not self.signed) or who == "both" or (who == "head") == (slot == "sign")

    @rule(who=st.sampled_from(("officer", "second", "both")), passage=PASSAGES, text=WORDS)
    def remark(self, who: str, passage: str, text: str) -> None:
        def act() -> None:
            services.note(report=self.plan, by=self.people[who], texts={passage: text})

        if self.closed:
            self.refused(DomainError, act)
            return
        act()
        if (who, passage, text) not in {(each["who"], each["passage"], each["text"]) for each in self.sent.values() if not each["done"]}:
            self.drafts[who, passage] = text

    @rule(who=st.sampled_from(("officer", "second")), reason=st.sampled_from(["请补充。", "请补充。", " "]), stale=STALE)
    def send_back(self, who: str, reason: str, stale: bool) -> None:
        def act() -> Any:
            return services.send_back(report=self.plan, by=self.people[who], version=self.seen(stale), reason=reason, remarks={})

        if not reason.strip():
            self.refused(DomainError, act)
        elif stale or self.closed or self.state not in (State.SUBMITTED, State.APPROVED):
            self.refused(self.too_late, act)
        else:
            act()
            self.took("return", State.RETURNED)
            ready = {key: text for key, text in self.drafts.items() if text}
            self.drafts = dict.fromkeys((key for key in self.drafts if key not in ready), "")
            for row in Remark.objects.sent().filter(step=self.plan.steps.last()):
                who_wrote = next(name for name, user in self.people.items() if user.pk == row.by_id)
                assert ready.pop((who_wrote, row.passage)) == row.text
                self.sent[row.pk] = {"who": who_wrote, "passage": row.passage, "text": row.text, "answer": "", "done": False}
            assert ready == {}

    @precondition(lambda self: self.sent and self.editable)
    @rule(which=st.integers(0, 9), words=st.sampled_from(("已补充。", "已写明。")))
    def answer(self, which: int, words: str) -> None:
        key = sorted(self.sent)[which % len(self.sent)]
        lifecycle.answer(report=self.plan, by=self.people["editor"], answers={key: (self.sent[key]["answer"], words)})
        if not self.sent[key]["done"]:
            self.sent[key]["answer"] = words

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 9), who=st.sampled_from(("second", "lead", "neighbour")), done=st.booleans())
    def resolve(self, which: int, who: str, done: bool) -> None:
        key = sorted(self.sent)[which % len(self.sent)]

        def act() -> None:
            services.resolve(report=self.plan, remark=key, by=self.people[who], done=done)

        if who != "second":
            self.refused(PermissionDenied, act)
            return
        if self.closed:
            self.refused(DomainError, act)
            return
        act()
        self.sent[key]["done"] = done

    @rule(grant=st.booleans(), days=st.sampled_from([0, 1, 3]))
    def ask_for_more_time(self, grant: bool, days: int) -> None:
        day, unit = self.today + timedelta(days=days), self.jiaxing.county()
        facts = {"reason": "换届", "wanted_until": day, "by": self.people["lead"]}

        def act() -> Any:
            return extensions.ask(window=self.window, organization=unit, **facts)

        if self.closed or not self.editable or day <= self.last_day:
            self.refused(DomainError, act)
        elif grant:
            extensions.grant(extension=act(), until=day, by=self.people["officer"])
            self.last_day = day
        else:
            extensions.refuse(extension=act(), note="时间充裕。", by=self.people["officer"])

    @rule()
    def close_the_year(self) -> None:
        if self.today.year <= self.window.year:
            self.refused(DomainError, lambda: closing.close(year=self.window.year, by=self.people["officer"]))
        elif not self.closed:
            closing.close(year=self.window.year, by=self.people["officer"])
            self.closed = True

    def took(self, verb: str, state: State) -> None:
        self.state, self.version = state, self.version + 1
        self.steps.append((verb, self.goals))

    @property
    def too_late(self) -> type[DomainError]:
        """In a closed year the sentence is about the year; a stale page there may name either."""
        return DomainError if self.closed else Conflict

    def refused(self, error: type[Exception], act: Any) -> None:
        """The service says why, and nothing has changed (the invariants look)."""
        with pytest.raises(error) as caught, transaction.atomic():
            act()
        assert not isinstance(caught.value, DomainError) or caught.value.message.endswith("。")

    # What holds whatever they do

    @invariant()
    def stored_plan_is_as_modelled(self) -> None:
        plan = self.plan
        assert (plan.state, plan.version, plan.submitted_at, plan.number) == (self.state, self.version, self.first_submitted, self.number)
        assert plan.texts["goals"] == self.goals
        assert plan.is_late == ((self.first_submitted or self.now) > self.due)  # by the first submission alone
        assert (plan.decided_at is not None) == (self.state in (State.APPROVED, State.RETURNED))

    @invariant()
    def every_step_is_on_record_with_what_was_seen(self) -> None:
        steps = list(self.plan.steps.all())
        assert [(step.verb, step.content["texts"]["goals"]) for step in steps] == self.steps
        assert [passage.html for step in steps for passage in step.passages if passage.name == "goals"] == [
            goals for _, goals in self.steps
        ]
        assert [step.edition for step in steps if step.edition] == list(range(1, self.approvals + 1))

    @invariant()
    def no_remark_is_lost(self) -> None:
        drafts = {(row.by_id, row.passage): row.text for row in Remark.objects.drafted()}
        assert drafts == {(self.people[who].pk, passage): text for (who, passage), text in self.drafts.items() if text}
        sent = {row.pk: (row.passage, row.text, row.answer, not row.is_open) for row in Remark.objects.sent()}
        assert sent == {key: (each["passage"], each["text"], each["answer"], each["done"]) for key, each in self.sent.items()}

    @invariant()
    def a_draft_of_a_remark_is_the_reviewers(self) -> None:
        if any(self.drafts.values()):
            seeing = {name for name, user in self.people.items() if Remark.objects.drafted().visible_to(user).exists()}
            assert seeing == CITY | {"both"}

    def is_news(self, what: str, *facts: Any) -> bool:
        """Has anything changed that this is about? Asking everybody about everything costs more than all they do."""
        before, self.asked[what] = self.asked.get(what), facts
        return before != facts

    @invariant()
    def nothing_changes_while_it_is_locked(self) -> None:
        if self.state in (State.SUBMITTED, State.APPROVED) and self.is_news("locked", self.version):
            with pytest.raises(IntegrityError), transaction.atomic():
                Plan.objects.filter(pk=self.pk).update(texts={})
            with pytest.raises(IntegrityError), transaction.atomic():
                self.plan.stages.update(title="改")

    @invariant()
    def people_may_do_what_the_state_allows_and_no_more(self) -> None:
        if not self.is_news("may", self.version, self.closed):
            return
        plan, waits = self.plan, self.waits_for
        mine = {"": set(), "review": {"officer", "second", "both"}, "sign": {"head", "both"} - {self.looked}}[waits] - {self.submitted_by}
        reopens = {"officer", "second", "both", *(["head"] if self.signed else [])} - {self.submitted_by}
        returns = reopens if self.state == State.APPROVED and not self.closed else mine
        assert self.those(lambda user: rules.may_edit(user, plan)) == ({"editor", "lead", "both"} if self.editable else set())
        assert self.those(lambda user: rules.may_submit(user, plan)) == ({"lead", "both"} if self.editable else set())
        assert self.those(lambda user: rules.decisions(user, plan)) == mine
        assert self.those(lambda user: rules.may_return(user, plan)) == returns
        assert self.those(lambda user: rules.is_locked_for(user, plan)) == (set() if self.editable else {"editor", "lead", "both"})

    @invariant()
    def the_lists_show_the_plan_to_those_who_may_see_it(self) -> None:
        if not self.is_news("lists", self.version):
            return
        shown = {name for name, user in self.people.items() if Plan.objects.visible_to(user).filter(pk=self.pk).exists()}
        assert shown == {"editor", "lead", "both"} | (CITY if self.state != State.DRAFT else set())

    def those(self, may: Any) -> set[str]:
        return {name for name in PEOPLE if may(self.people[name])}


@pytest.fixture
def people(jiaxing):
    """Two of the county, two officers and the head of the city's office, one who is everything, one of another county."""
    county, city = jiaxing.county(), jiaxing.city
    both = jiaxing.person("county_lead", county)
    for role in ("city_officer", "city_lead"):
        roles.grant(user=both, role=role, organization=city)
    return {
        "editor": jiaxing.person("county_editor", county),
        "lead": jiaxing.person("county_lead", county),
        "both": both,
        "officer": jiaxing.person("city_officer", city),
        "second": jiaxing.person("city_officer", city),
        "head": jiaxing.person("city_lead", city),
        "neighbour": jiaxing.person("county_lead", jiaxing.county("海盐县")),
    }


def test_lifecycle_keeps_its_rules_in_any_order(jiaxing, people):
    with pytest.MonkeyPatch.context() as monkeypatch:
        machine = type("Machine", (Lifecycle,), {"jiaxing": jiaxing, "people": people, "monkeypatch": monkeypatch})
        run_state_machine_as_test(machine, settings=settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "short")))
