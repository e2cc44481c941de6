"""Two counties with everything in them, and everybody who may stand before the portal: what the matrix and the mutants ask about.

An address is known by its URL pattern and its view. How to extend this:

- a new address with `<int:pk>` and a view that names its `model` needs nothing: the row is made from the model (tests/factories/rows.py);
- an argument of another name gets a line in `ARGUMENTS`;
- a `pk` whose view has no model, or whose page is for one kind of organization, gets a line in `KINDS`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.test.client import ClientHandler
from django.urls import URLPattern, reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.lifecycle import receipts
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.models import Report
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, RoleHolding, TenantModel
from apps.organizations.roles import ROLES
from apps.organizations.services import roles
from apps.pairings.models import Pairing, Step
from apps.people.models import Contact
from tests.architecture.test_urls import guard_of, patterns
from tests.factories.coverage import MilestoneFactory, set_target
from tests.factories.jiaxing import Jiaxing
from tests.factories.organizations import SchoolFactory
from tests.factories.pairings import PairingFactory
from tests.factories.people import UserFactory
from tests.factories.plans import WindowFactory
from tests.factories.rows import Rows

HOME, AWAY = "南湖区", "秀洲区"
MARKS = {HOME: "本县密语", AWAY: "外县密语"}
NOBODY = 987_654_321  # the key of no row
WRITTEN = """
    SELECT relname, written FROM (
        SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid)
            AS written FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
    ) AS tables WHERE written > 0
"""
SUBJECTS = ("own", "sibling", "invited", "other", "nobody")
OUTSIDERS = ("anonymous", "no role", "hat not chosen")

# The kind of organization that a page is about, where the view does not say it.
KINDS = {
    **dict.fromkeys(("coverage:node", "coverage:progress", "coverage:day", "coverage:years", "coverage:bulletin"), Kind.TOWN),
    "people:handover": Kind.SCHOOL,
}


class Browser(RequestFactory):
    """Django's test client without its bookkeeping, which is most of what a request costs there; every request has the same cookies."""

    handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


@dataclass(frozen=True)
class Site:
    """One school with all that belongs to it."""

    county: Organization
    town: Organization
    place: Organization
    school: Organization
    mate: Organization  # a school next door: the other side of what has two

    @property
    def mark(self) -> str:
        return MARKS[self.county.name]

    def of_kind(self, kind: Kind) -> Organization:
        return getattr(self, kind)


# What an argument that is no `pk` stands for: (the address, the site or None for nobody) → its value.
ARGUMENTS: dict[str, Callable[[str, Site | None], Any]] = {
    "year": lambda address, site: (
        timezone.localdate().year + address.startswith(("plans:", "years:"))
    ),  # that of WindowFactory; the running one
    "kind": lambda address, site: "plans",
    "key": lambda address, site: "units",
    "unit": lambda address, site: site.county.pk if site else NOBODY,
    "school": lambda address, site: site.school.pk if site else NOBODY,
    "held": lambda address, site: RoleHolding.objects.get(role="school_counselor", organization=site.school).pk if site else NOBODY,
    "edition": lambda address, site: 1,
    "log": lambda address, site: "acts",
    "code": lambda address, site: receipts.code_of(_handed_in(site)) if site else receipts.NONE,
    "typed": lambda address, site: receipts.NONE,
    "format": lambda address, site: {"plans:paper": "docx", "plans:archive": "zip"}.get(address, "xlsx"),
    "table": lambda address, site: Organization.pgh_event_model._meta.db_table,
    "event": lambda address, site: Organization.pgh_event_model.objects.filter(pgh_obj=site.place).latest("pk").pk if site else NOBODY,
}
WHOSE = {"pk", "unit", "school", "held", "event", "code"}  # those that say whose the subject is


@dataclass(frozen=True)
class Case:
    """One address about one subject."""

    name: str
    subject: str
    url: str
    row: Any = None
    entry: URLPattern | None = field(default=None, compare=False)

    @property
    def permission(self) -> str | None:
        guard = guard_of(self.entry) if self.entry else None
        return guard.permission if guard else None

    def has(self, method: str) -> bool:
        """Does the view answer this method? Where it does not, the answer is 405 about everything."""
        view: Any = getattr(self.entry.callback, "view_class", None) if self.entry else None
        return view is None or (hasattr(view, method.lower()) and method.lower() in view.http_method_names)

    @property
    def is_about_a_draft(self) -> bool:
        return isinstance(self.row, Report) and (self.permission or "").endswith((".edit", ".submit"))

    def body(self) -> dict[str, Any]:
        """What a POST sends: a step of the lifecycle as its button would take it; a form arrives empty."""
        if not isinstance(self.row, Report):
            return {}
        return {"version": self.row.version, "slot": self.row.slots()[0].key, "reason": "请补充。"}


@dataclass(frozen=True)
class Answer:
    """What came back, in the words of docs/access.md."""

    status: str
    content: bytes
    touched: frozenset[str]  # tables whose rows the request wrote, even if it undid that

    def shows(self, county: str) -> bool:
        return MARKS[county].encode() in self.content

    @property
    def essence(self) -> bytes:
        """The page without what differs from one request to the next, and without the key that was asked for."""
        return re.sub(rb'csrfmiddlewaretoken" value="\w+|X-CSRFToken": "\w+|\d+', b"#", self.content)


class World:
    """Made once for a module; every request is undone."""

    def __init__(self) -> None:
        jiaxing, self.rows = Jiaxing(), Rows()
        WindowFactory()
        set_target("organization", timezone.localdate().year, "60", county=jiaxing.county(HOME))
        MilestoneFactory()
        audit.record(Verb.EXPORT, "名单")
        towns = {name: list(Organization.objects.filter(kind=Kind.TOWN, county=jiaxing.county(name)).order_by("code")) for name in MARKS}
        self.sites = {"own": _site(towns[HOME][0]), "sibling": _site(towns[HOME][1]), "other": _site(towns[AWAY][0])}
        self.actors = dict(self._actors(jiaxing))
        self.written: dict[str, int] = {}

    def _actors(self, jiaxing: Jiaxing) -> Iterator[tuple[str, Browser]]:
        yield "anonymous", Browser()
        yield "no role", _browser(jiaxing, UserFactory())
        several = jiaxing.person("county_lead", jiaxing.county(HOME))
        roles.grant(user=several, role="school_counselor", organization=self.sites["own"].school)
        yield "hat not chosen", _browser(jiaxing, several)
        for role in ROLES.values():
            for kind in sorted(role.levels, key=list(Kind).index):
                at = jiaxing.city if kind == Kind.CITY else self.sites["own"].of_kind(kind)
                yield f"{role.key} @ {kind}", _browser(jiaxing, jiaxing.person(role.key, at))

    @cached_property
    def cases(self) -> list[Case]:
        return [case for name, entry in patterns() for case in self._cases_of(name, entry)]

    def _cases_of(self, name: str, entry: URLPattern) -> Iterator[Case]:
        names = set(entry.pattern.converters)
        if not names & WHOSE:
            yield Case(name, "", reverse(name, kwargs={key: _argument(key, name, None) for key in names}), entry=entry)
            return
        seen = set()
        for subject in SUBJECTS:
            site = self.sites.get(subject)
            row = self._row(name, entry, subject) if "pk" in names and subject != "nobody" else None
            if row is None and (subject == "invited" or ("pk" in names and subject != "nobody")):
                continue
            arguments = {key: _argument(key, name, site) for key in names - {"pk"}}
            if "pk" in names:
                arguments["pk"] = row.pk if row else NOBODY
            url = reverse(name, kwargs=arguments)
            if url not in seen:  # a reporting unit has no sibling in its own county
                seen.add(url)
                yield Case(name, subject, url, row, entry)

    def _row(self, name: str, entry: URLPattern, subject: str) -> Any:
        """What `pk` stands for; None where there is no such thing."""
        view: Any = getattr(entry.callback, "view_class", None)
        model = getattr(view, "model", None)
        if subject == "invited":
            return self._invitation(model) if model and len(getattr(model, "scope_columns", ())) > 1 else None
        site = self.sites[subject]
        if name in KINDS or model is Organization:
            kinds = [KINDS[name]] if name in KINDS else [kind for kind in (Kind.SCHOOL, Kind.PLACE, Kind.COUNTY) if kind in view.kinds]
            return site.of_kind(kinds[0])
        assert model is not None, f"tests/trust/world.py: what is the pk of {name}? Name the view's model, or the kind in KINDS."
        if issubclass(model, User):
            user = self._row_of(Contact, site).user
            roles.grant(user=user, role="school_counselor", organization=site.school)
            return user
        if issubclass(model, TenantModel):
            return self._row_of(model, site)
        return model._default_manager.order_by("-pk").first() if subject == "own" else None  # shared by all

    def _invitation(self, model: type[TenantModel]) -> Any:
        """What a school of the other county has filed with one's own."""
        return self.rows.row(model, (self.sites["other"].mate, self.sites["own"].school), MARKS[HOME])

    def _row_of(self, model: type[TenantModel], site: Site) -> Any:
        for organization in (site.school, site.county, site.place):
            try:
                with transaction.atomic():
                    return self.rows.row(model, (organization, site.mate), site.mark)
            except IntegrityError:  # not at such an organization
                continue
        raise AssertionError(f"no {model._meta.label} at any organization")

    # Asking

    @contextmanager
    def set_for(self, case: Case) -> Iterator[None]:
        """What the case is about is in the state in which its page is of use."""
        with transaction.atomic():
            if case.is_about_a_draft:
                type(case.row)._default_manager.filter(pk=case.row.pk).update(state=State.DRAFT)
            self.written = self._counts()
            yield
            transaction.set_rollback(True)

    def ask(self, actor: str, method: str, case: Case, *, background: bool = False, query: dict[str, Any] | None = None) -> Answer:
        headers = {"HX-Request": "true"} if background else {}
        data = case.body() if method == "POST" else query or {}
        with transaction.atomic():
            response = getattr(self.actors[actor], method.lower())(case.url, data, headers=headers)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        before, self.written = self.written, self._counts()
        touched = frozenset(table for table, count in self.written.items() if count != before.get(table, 0))
        return Answer(_status(response), content, touched)

    @staticmethod
    def _counts() -> dict[str, int]:
        """Rows written to each table by this connection so far, undone or not."""
        with connection.cursor() as cursor:
            cursor.execute(WRITTEN)
            return dict(cursor.fetchall())


def _handed_in(site: Site) -> Step:
    """The submission of a pairing of the site's school, in a year of which nothing else is asked."""
    by = UserFactory()
    facts = {"year": 2030, "state": State.SUBMITTED, "submitted_at": timezone.now(), "submitted_by": by, "created_by": by}
    known = Pairing.objects.filter(organization=site.school, year=2030).first()
    pairing = known or PairingFactory(organization=site.school, partner=site.mate, **facts)
    return pairing.steps.first() or pairing.steps.create(verb="submit", by=by, content=pairing.content(), **pairing.tenancy())


def _argument(key: str, address: str, site: Site | None) -> Any:
    assert key in ARGUMENTS, f"tests/trust/world.py: what is the {key} of {address}? Say it in ARGUMENTS."
    return ARGUMENTS[key](address, site)


def _browser(jiaxing: Jiaxing, user: User) -> Browser:
    cookies = jiaxing.signed_in(user).cookies
    return Browser(HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={cookies[settings.SESSION_COOKIE_NAME].value}")


def _site(town: Organization) -> Site:
    schools = [SchoolFactory(parent=town).organization for _ in range(2)]
    place = Organization.objects.filter(kind=Kind.PLACE, parent=town).order_by("code")[0]
    return Site(town.county, town, place, *schools)


def _status(response: Any) -> str:
    if response.status_code == 302:
        path = response.headers["Location"].partition("?")[0]
        return {reverse("accounts:login"): "login", reverse("people:hats"): "hats"}.get(path, "302")
    return str(response.status_code)
