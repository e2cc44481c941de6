"""Anybody does anything: random people of two counties, random acts, sensible and not, by HTTP against the real database.

After every step: no page shows a word that its reader may not see, no report is in a state that its steps do not explain, and every
tracked row that changed has its history row, signed with the person and the request. The same walk every time; longer and elsewhere by
`FUZZ_EXAMPLES=200 FUZZ_STEPS=100 FUZZ_SEED=7 make pytest ARGS=tests/trust/test_fuzz.py`.
"""

import json
import logging
import os
import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from apps.accounts.models import User
from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import Report
from apps.organizations.models import Organization, PioneerUnit, TenantReport
from tests.factories.database import sql
from tests.factories.jiaxing import Jiaxing
from tests.trust.world import WRITTEN, Browser, Site, World, _browser

REPORTS = ("plans", "rooms", "pairings", "counselors", "supervision")
TOKEN = re.compile(r"密语(\w+?)(\d+)号")  # 密语rooms17号: written into room 17; 密语units5号: into a unit of organization 5
VERSIONS = ("right", "right", "right", "stale", "nonsense", "none")


class City:
    """Two counties with two schools each, everybody in them, and one row of each kind of report at every place."""

    def __init__(self, world: World) -> None:
        jiaxing = Jiaxing()
        self.sites: list[Site] = [world.sites["own"], world.sites["other"]]
        self.people: list[tuple[User, Browser]] = []
        posts = [("city_officer", jiaxing.city), ("city_reader", jiaxing.city), ("auditor", jiaxing.city)]
        for site in self.sites:
            posts += [(role, site.county) for role in ("county_lead", "county_editor", "supervisor")]
            posts += [("town_counselor", site.town), *(("school_counselor", school) for school in (site.school, site.mate))]
        for role, organization in posts:
            user = jiaxing.person(role, organization)
            self.people.append((user, _browser(jiaxing, user)))
        self.schools = [school for site in self.sites for school in (site.school, site.mate)]
        self.counties = [site.county for site in self.sites]
        # Reports that were made as if they had been handed in: no step says so until somebody takes the next.
        self.made = {(app, row.pk) for app in REPORTS for row in model_of(app).objects.filter(county__in=self.counties)}
        histories = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
        rows = [(each.pgh_tracked_model._meta, each._meta) for each in histories if not each.pgh_tracked_model._meta.proxy]
        self.tracked = {
            row.db_table: event.db_table for row, event in rows if row.label != "accounts.User"
        }  # each sign-in notes its moment

    @cached_property
    def before(self) -> dict[str, dict[int, str]]:
        """Every tracked table as each walk finds it."""
        return {table: Walk.snapshot(table) for table in self.tracked}


CITY: City


def model_of(app: str) -> type[TenantReport]:
    return next(model for model in apps.get_app_config(app).get_models() if issubclass(model, Report))


def may_read(user: User, kind: str, key: int) -> bool:
    """Worked out anew, from roles and rows alone: may this person see what was written there?"""
    holdings = [(each.role, each.organization) for group in user.groups.all() for each in [group.holding]]
    if kind == "units":
        return any(organization.pk in Organization.objects.get(pk=key).line for _, organization in holdings)
    row = model_of(kind).objects.get(pk=key)
    sides = [row.organization, *([row.partner] if hasattr(row, "partner") else [])]
    sides = sides[:1] if row.state == State.DRAFT else sides
    return any(organization.pk in side.line for side in sides for _, organization in holdings)


class Walk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.counts = self.written()
        self.before = dict(CITY.before)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    # Acts

    @rule(who=st.integers(0, 99), app=st.sampled_from(REPORTS), where=st.integers(0, 3), other=st.integers(0, 3))
    def begin(self, who: int, app: str, where: int, other: int) -> None:
        school, partner = CITY.schools[where], CITY.schools[other]
        county, year = CITY.counties[where % 2], sql("SELECT max(year) FROM years_window")[0][0]
        match app:
            case "plans":
                self.post(who, f"/plans/year/{year}/begin/{county.pk}/", {})
            case "supervision":
                self.post(who, f"/supervision/year/{year - 1}/{county.pk}/begin/", {})
            case "rooms":
                self.post(who, f"/rooms/begin/{school.pk}/", {})
            case _:
                self.post(who, f"/{app}/new/?school={school.pk}", {"partner": partner.pk, "year": year - 1})

    @rule(
        who=st.integers(0, 99),
        app=st.sampled_from(REPORTS),
        which=st.integers(0, 99),
        version=st.sampled_from(VERSIONS),
        sense=st.booleans(),
    )
    def edit(self, who: int, app: str, which: int, version: str, sense: bool) -> None:
        if row := self.row(app, which):
            words = f"密语{app}{row.pk}号"
            said = dict.fromkeys(row.content_fields, words if sense else "\x00x")
            dates = {
                name: "2026-05-01" if sense else "31/31" for name in (*row.content_fields, "hours", "area") if name.endswith(("_on", "_at"))
            }
            numbers = {"area": "40", "hours": "2"} if sense else {"area": "-1", "hours": "1e99"}
            rows = {f"{name}-{key}": value for name in ("stages", "inspections") for key, value in self.lines(words, sense)}
            choices = {"items": [], "topics": ["routine"], "type": "nonsense" if not sense else "lesson_observation"}
            body = {**said, **dates, **numbers, **choices, **rows, **self.version(row, version), "remove": "1" if not sense else ""}
            self.post(who, f"/{app}/{row.pk}/edit/", {key: value for key, value in body.items() if value != ""})

    def lines(self, words: str, sense: bool) -> Iterator[tuple[str, str]]:
        yield from (("TOTAL_FORMS", "1" if sense else "-3"), ("INITIAL_FORMS", "0"))
        yield from (("0-title", words), ("0-starts_on", "2027-03-01"), ("0-ends_on", "2027-03-31"), ("0-responsible", words))
        yield from (("0-held_on", "2026-05-01"), ("0-place", words), ("0-findings", words), ("0-rectification", words))

    @rule(
        who=st.integers(0, 99),
        app=st.sampled_from(REPORTS),
        which=st.integers(0, 99),
        act=st.sampled_from(["submit", "approve", "approve", "return"]),
        slot=st.integers(0, 3),
        version=st.sampled_from(VERSIONS),
    )
    def take_a_step(self, who: int, app: str, which: int, act: str, slot: int, version: str) -> None:
        if row := self.row(app, which):
            slots = [*(each.key for each in row.slots()), "nonsense"]
            body = {"slot": slots[slot % len(slots)], "reason": f"密语{app}{row.pk}号", **self.version(row, version)}
            self.post(who, f"/{app}/{row.pk}/{act}/", body)

    @rule(who=st.integers(0, 99), app=st.sampled_from(["pairings", "counselors"]), which=st.integers(0, 99), other=st.integers(0, 3))
    def change_partner(self, who: int, app: str, which: int, other: int) -> None:
        row = self.row(app, which)
        if row and not any(
            f"密语{app}" in str(getattr(row, name)) for name in row.content_fields
        ):  # words are for those they were written for
            self.post(who, f"/{app}/{row.pk}/partner/", {"partner": CITY.schools[other].pk, "year": row.year, "version": row.version})

    @rule(
        who=st.integers(0, 99),
        where=st.integers(0, 3),
        kind=st.sampled_from(["brigade", "squad", "holiday_team", "x"]),
        count=st.integers(-2, 60),
    )
    def found_a_unit(self, who: int, where: int, kind: str, count: int) -> None:
        organization = [*CITY.schools, *(site.place for site in CITY.sites)][where]
        words = f"密语units{organization.pk}号{count}"
        facts = {"kind": kind, "name": words, "guide": words, "member_count": count, "established_on": "2020-09-01"}
        self.post(who, f"/organizations/{organization.pk}/units/new/", facts)

    @rule(who=st.integers(0, 99), which=st.integers(0, 99), day=st.sampled_from(["2026-01-01", "1900-01-01", "2999-01-01", "x"]))
    def dissolve_a_unit(self, who: int, which: int, day: str) -> None:
        units = list(PioneerUnit.objects.filter(organization__in=CITY.schools).order_by("pk"))
        if units:
            self.post(who, f"/organizations/units/{units[which % len(units)].pk}/dissolve/", {"dissolved_on": day})

    @rule(who=st.integers(0, 99), app=st.sampled_from(REPORTS), which=st.integers(0, 99))
    def read(self, who: int, app: str, which: int) -> None:
        row = self.row(app, which)
        for path in (f"/{app}/", "/desk/", f"/{app}/{row.pk}/" if row else "/help/"):
            self.send(who, "get", path, {})

    @rule(who=st.integers(0, 99), where=st.integers(0, 3))
    def look_around(self, who: int, where: int) -> None:
        for path in (f"/organizations/{CITY.schools[where].pk}/", "/organizations/?q=密语", "/coverage/"):
            self.send(who, "get", path, {})

    # What they are made of

    def row(self, app: str, which: int) -> Any:
        rows = list(model_of(app).objects.filter(county__in=CITY.counties).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def version(self, row: Report, which: str) -> dict[str, Any]:
        return {} if which == "none" else {"version": {"right": row.version, "stale": row.version - 1, "nonsense": "x" * 30}[which]}

    def post(self, who: int, path: str, data: dict[str, Any]) -> None:
        self.send(who, "post", path, data)

    def send(self, who: int, method: str, path: str, data: dict[str, Any]) -> None:
        user, browser = CITY.people[who % len(CITY.people)]
        with transaction.atomic():
            response = getattr(browser, method)(path, data)
            page = b"".join(response.streaming_content) if response.streaming else response.content
        told = (user.username, method, path, data, response.status_code)
        assert response.status_code < 500, told
        check_constraints()
        for kind, key in set(TOKEN.findall(page.decode(errors="ignore"))):
            assert may_read(User.objects.get(pk=user.pk), kind, int(key)), (told, kind, key)
        if (counts := self.written()) != self.counts:
            self.check_history(counts, user, told)
            self.check_states(told)

    # What must hold

    @staticmethod
    def written() -> dict[str, int]:
        return dict(sql(WRITTEN))

    @staticmethod
    def snapshot(table: str) -> dict[int, str]:
        return dict(sql(f'SELECT "{primary_key(table)}", md5((to_jsonb(t) - %s::text[])::text) FROM "{table}" t', untracked(table)))  # noqa: S608

    def check_history(self, counts: dict[str, int], user: User, told: Any) -> None:
        for table, event in CITY.tracked.items():
            if counts.get(table, 0) == self.counts.get(table, 0):
                continue
            before, after = self.before[table], self.snapshot(table)
            changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
            self.before[table] = after
            for key in changed:
                assert self.signed(event, table, key, user), (told, table, key)
        self.counts = counts

    @staticmethod
    def signed(event: str, table: str, key: int, user: User) -> bool:
        """Has the newest history row of this row the person and the request?"""
        newest = f'SELECT pgh_context FROM "{event}" WHERE "{primary_key(table)}" = %s ORDER BY pgh_id DESC LIMIT 1'  # noqa: S608
        found = sql(newest, key)
        context = found[0][0] if found else None
        context = json.loads(context) if isinstance(context, str) else context
        return bool(context and context.get("user") == user.pk and context.get("request"))

    @staticmethod
    def check_states(told: Any) -> None:
        for app in REPORTS:
            for row in model_of(app).objects.filter(county__in=CITY.counties).select_related("organization"):
                last = row.steps.order_by("pk").last()
                explained = {
                    State.DRAFT: last is None,
                    State.SUBMITTED: last is not None and last.verb in (Verb.SUBMIT, Verb.APPROVE),
                    State.RETURNED: last is not None and last.verb == Verb.RETURN,
                    State.APPROVED: last is not None and last.verb == Verb.APPROVE,
                }[State(row.state)]
                assert explained or (last is None and (app, row.pk) in CITY.made), (told, row, row.state, last and last.verb)
                assert (row.submitted_at is None) == (row.state == State.DRAFT), (told, row)
                assert (row.decided_at is not None) == (row.state in (State.RETURNED, State.APPROVED)), (told, row)
                if row.state == State.APPROVED:
                    assert all(getattr(row, slot.decided_field) for slot in row.slots() if slot.decided_field), (told, row)
                if last is not None:
                    assert last.content, (told, row)


@cache
def untracked(table: str) -> list[str]:
    """The columns that its history leaves out: what is counted, and says nothing that somebody did."""
    columns = "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    return [name for (name,) in sql(f"{columns} EXCEPT {columns}", table, CITY.tracked[table])]


def primary_key(table: str) -> str:
    return next(model._meta.pk.column for model in apps.get_models() if model._meta.db_table == table and not model._meta.proxy)


def check_constraints() -> None:
    """What the database checks only at the end of a transaction, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_nothing_that_anybody_does_breaks_a_promise(world):
    global CITY
    CITY = City(world)
    logging.disable(logging.CRITICAL)
    bounded = settings(
        max_examples=int(os.environ.get("FUZZ_EXAMPLES", "6")),
        stateful_step_count=int(os.environ.get("FUZZ_STEPS", "30")),
        derandomize="FUZZ_SEED" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    machine = seed(int(os.environ["FUZZ_SEED"]))(Walk) if "FUZZ_SEED" in os.environ else Walk
    try:
        run_state_machine_as_test(machine, settings=bounded)
    finally:
        logging.disable(logging.NOTSET)
