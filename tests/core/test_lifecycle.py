"""The lifecycle against a model of itself: any order of writing, submitting, deciding and waiting, by any of its people, stale or not."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle import rules
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.services import Incomplete
from apps.organizations.services import roles
from apps.plans import services
from apps.plans.models import Plan
from tests.factories.plans import TEXTS, PlanFactory, WindowFactory

ROW = {"title": "部署", "starts_on": timezone.localdate(), "ends_on": timezone.localdate(), "responsible": "办公室"}
REMARKS = {"goals": "请写明数量。"}
STALE = st.sampled_from([False] * 5 + [True])
COMPLETE = st.sampled_from([True] * 3 + [False])
PEOPLE = ("editor", "lead", "both", "officer", "second", "neighbour")


class Lifecycle(RuleBasedStateMachine):
    """One plan from two hours before the midnight that ends its due day; the window closes a day later."""

    jiaxing: Any
    people: dict[str, Any]
    monkeypatch: Any

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        due_on = timezone.localdate()
        self.now = timezone.make_aware(datetime.combine(due_on, time(22)))
        self.monkeypatch.setattr(timezone, "now", lambda: self.now)
        window = WindowFactory(due_on=due_on, closes_on=due_on + timedelta(days=1))
        plan = PlanFactory(organization=self.jiaxing.county(), window=window, created_by=self.people["lead"])
        self.pk, self.due, self.closing = plan.pk, window.due_at, window.due_at + timedelta(days=1)
        self.state, self.version, self.complete = State.DRAFT, 1, True
        self.first_submitted, self.submitted_by, self.verbs = None, None, []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        self.monkeypatch.undo()

    @property
    def plan(self) -> Plan:
        return Plan.objects.select_related("window", "organization").get(pk=self.pk)

    def seen(self, stale: bool) -> int:
        return self.version - 1 if stale else self.version

    @rule(minutes=st.sampled_from([1, 119, 120, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=st.sampled_from(("editor", "lead")), complete=COMPLETE, stale=STALE)
    def write(self, who: str, complete: bool, stale: bool) -> None:
        plan = self.plan
        plan.texts = {**TEXTS, "goals": f"<p>目标 {self.version}</p>" if complete else ""}

        def act() -> None:
            services.save(report=plan, by=self.people[who], version=self.seen(stale), stages=[ROW] if complete else [])

        if stale or self.state not in (State.DRAFT, State.RETURNED):
            self.refused(Conflict, act)
            return
        act()
        self.version, self.complete = self.version + 1, complete

    @rule(who=st.sampled_from(("lead", "both")), stale=STALE)
    def submit(self, who: str, stale: bool) -> None:
        def act() -> Any:
            return services.submit(report=self.plan, by=self.people[who], version=self.seen(stale))

        if stale or self.state not in (State.DRAFT, State.RETURNED):
            self.refused(Conflict, act)
        elif not self.complete or timezone.localdate() > timezone.localtime(self.closing).date():
            self.refused(Incomplete, act)
        else:
            act()
            self.first_submitted = self.first_submitted or self.now
            self.submitted_by = who
            self.took("submit", State.SUBMITTED)

    @rule(who=st.sampled_from(("officer", "both")), stale=STALE)
    def approve(self, who: str, stale: bool) -> None:
        def act() -> Any:
            return services.approve(report=self.plan, slot="review", by=self.people[who], version=self.seen(stale))

        if stale or self.state != State.SUBMITTED:
            self.refused(Conflict, act)
        elif who == self.submitted_by:
            self.refused(DomainError, act)
        else:
            act()
            self.took("approve", State.APPROVED)

    @rule(who=st.sampled_from(("officer", "second")), reason=st.sampled_from(["请补充。", " "]), stale=STALE)
    def send_back(self, who: str, reason: str, stale: bool) -> None:
        def act() -> Any:
            return services.send_back(report=self.plan, by=self.people[who], version=self.seen(stale), reason=reason, remarks=REMARKS)

        if not reason.strip():
            self.refused(DomainError, act)
        elif stale or self.state not in (State.SUBMITTED, State.APPROVED):
            self.refused(Conflict, act)
        else:
            act()
            self.took("return", State.RETURNED)

    def took(self, verb: str, state: State) -> None:
        self.state, self.version = state, self.version + 1
        self.verbs.append(verb)

    def refused(self, error: type[DomainError], act: Any) -> None:
        """The service says why, and nothing has changed (the invariants look)."""
        with pytest.raises(error) as caught:
            act()
        assert caught.value.message.endswith("。")

    @invariant()
    def stored_plan_is_as_modelled(self) -> None:
        plan = self.plan
        assert (plan.state, plan.version, plan.submitted_at) == (self.state, self.version, self.first_submitted)
        assert plan.is_late == ((self.first_submitted or self.now) > self.due)
        assert (plan.decided_at is not None) == (self.state in (State.APPROVED, State.RETURNED))

    @invariant()
    def every_step_is_on_record_with_its_words(self) -> None:
        steps = list(self.plan.steps.all())
        assert [step.verb for step in steps] == self.verbs
        if steps and self.state not in (State.DRAFT, State.RETURNED):
            assert steps[-1].content["texts"]["goals"] == self.plan.texts["goals"]

    @invariant()
    def people_may_do_what_the_state_allows_and_no_more(self) -> None:
        plan = self.plan
        editable, waiting = self.state in (State.DRAFT, State.RETURNED), self.state == State.SUBMITTED
        reviewers = {"officer", "second", "both"} - {self.submitted_by}
        assert self.those(lambda user: rules.may_edit(user, plan)) == ({"editor", "lead", "both"} if editable else set())
        assert self.those(lambda user: rules.may_submit(user, plan)) == ({"lead", "both"} if editable else set())
        assert self.those(lambda user: rules.decisions(user, plan)) == (reviewers if waiting else set())
        assert self.those(lambda user: rules.may_return(user, plan)) == (reviewers if waiting or self.state == State.APPROVED else set())
        assert self.those(lambda user: rules.is_locked_for(user, plan)) == (set() if editable else {"editor", "lead", "both"})

    @invariant()
    def the_list_shows_the_plan_to_those_who_may_see_it(self) -> None:
        seen = {name for name, user in self.people.items() if Plan.objects.visible_to(user).filter(pk=self.pk).exists()}
        outside = {"officer", "second"} if self.state != State.DRAFT else set()
        assert seen == {"editor", "lead", "both"} | outside

    def those(self, may: Any) -> set[str]:
        return {name for name in PEOPLE if may(self.people[name])}

    @precondition(lambda self: self.state == State.SUBMITTED)
    @rule()
    def nobody_decides_twice(self) -> None:
        assert [slot.key for slot in self.plan.open_slots()] == ["review"]


@pytest.fixture
def people(jiaxing):
    """Two of the county, two of the city, one of both, one of another county."""
    county, city = jiaxing.county(), jiaxing.city
    both = jiaxing.person("county_lead", county)
    roles.grant(user=both, role="city_officer", organization=city)
    return {
        "editor": jiaxing.person("county_editor", county),
        "lead": jiaxing.person("county_lead", county),
        "both": both,
        "officer": jiaxing.person("city_officer", city),
        "second": jiaxing.person("city_officer", city),
        "neighbour": jiaxing.person("county_lead", jiaxing.county("海盐县")),
    }


def test_lifecycle_keeps_its_rules_in_any_order(jiaxing, people):
    some = settings(max_examples=30, stateful_step_count=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    with pytest.MonkeyPatch.context() as monkeypatch:
        machine = type("Machine", (Lifecycle,), {"jiaxing": jiaxing, "people": people, "monkeypatch": monkeypatch})
        run_state_machine_as_test(machine, settings=some)
