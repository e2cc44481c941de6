"""Accounts: opened with a role and an activation code, kept by the organization where their owner serves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.services import activations, second_factor, sessions
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import bulk, turns
from apps.core import seen as seen_rows
from apps.core.errors import Conflict, DomainError
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.rules import holds
from apps.organizations.services import roles
from apps.people import rules, selectors
from apps.people.models import Contact, Person

STATE = ("is_active", "password")  # what a button on a person's page was pressed upon
FACTS = ("phone", "email")
CHANGED = "在您办理期间，这个账号有了变化，操作没有执行。请核对后再办理。"


@dataclass(frozen=True)
class Entry:
    """Somebody who is to have an account. Without a `username` they get the next one of their organization."""

    name: str
    organization: Organization
    username: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Facts:
    """What is kept about somebody with an account."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class Opened:
    """An account that waits for its owner, and the code that opens it: shown once, kept nowhere; empty where it is given out later."""

    person: Person
    organization: Organization
    code: str


def open_account(*, entry: Entry, role: str, by: Any) -> Opened:
    """An account with one role. Raises DomainError, PermissionDenied."""
    return open_all(entries=[entry], role=role, by=by)[0]


@transaction.atomic
def open_all(*, entries: Iterable[Entry], role: str, by: Any, with_codes: bool = True) -> list[Opened]:
    """Accounts with the same role, all or none; as many statements for two hundred as for one. Without codes nobody gets in until
    `hand_out`.
    """
    turns.take("people.usernames")
    entries = list(entries)
    _refuse_known(entries)
    entries = named(entries)
    for entry in entries:
        if not holds(by, "people.manage", entry.organization):
            raise PermissionDenied(f"您不能开通{entry.organization}的账号。")
    _refuse_taken(entries)
    users = [User(username=User.normalize_username(entry.username), name=entry.name) for entry in entries]
    for user in users:
        user.set_unusable_password()
    people = {user.username: user for user in User.objects.bulk_create(users)}
    opened = [(people[User.normalize_username(entry.username)], entry) for entry in entries]
    Contact.objects.bulk_create(
        Contact(user=user, organization=entry.organization, county_id=entry.organization.county_id, phone=entry.phone, email=entry.email)
        for user, entry in opened
    )
    roles.grant_all(role=role, posts=[(user, entry.organization) for user, entry in opened], by=by)
    codes = activations.issue_all(users=[user for user, _ in opened], by=by) if with_codes else {}
    about = _named(opened[0][0]) if len(opened) == 1 else f"{len(opened)} 个账号"
    audit.record(Verb.ACCOUNT, f"开通 {about}", details={"accounts": [user.username for user, _ in opened]})
    return [Opened(Person.objects.model(**_row(user)), entry.organization, codes.get(user.pk, "")) for user, entry in opened]


def named(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, each with an account name: the organization's code (or its county's, and its own number) and the next free ordinal."""
    entries = list(entries)
    stems = {entry.organization.pk: _stem(entry.organization) for entry in entries if not entry.username}
    taken = {entry.username for entry in entries if entry.username}
    if stems:
        numbered = User.objects.filter(username__regex=rf"^({'|'.join(stems.values())})-[0-9]+$")
        taken |= set(numbered.values_list("username", flat=True))
    return [entry if entry.username else _with_next(entry, stems[entry.organization.pk], taken) for entry in entries]


@transaction.atomic
def hand_out(*, people: Iterable[Person], by: Any) -> list[Opened]:
    """Codes for accounts that nobody has entered yet; an earlier code is void. Raises Conflict, PermissionDenied."""
    keys = [person.pk for person in people]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
    _refuse_others(keys, by)
    waiting = list(Person.objects.filter(pk__in=keys).never_entered().with_posts(by).order_by("contact__organization__path", "name", "pk"))
    if len(waiting) < len(keys):
        raise Conflict(CHANGED)
    codes = activations.issue_all(users=waiting, by=by)
    return [Opened(person, person.home or Organization(), codes[person.pk]) for person in waiting]


@transaction.atomic
def amend_all(*, people: Mapping[int, Facts], by: Any) -> None:
    """Names, telephones and e-mails of many (key of a person → what they are now), all or none. Raises PermissionDenied."""
    _refuse_others(people, by)
    bulk.update(User, ("name",), ((key, facts.name) for key, facts in people.items()), by="id")
    bulk.update(Contact, FACTS, ((key, facts.phone, facts.email) for key, facts in people.items()), by="user")
    audit.record(Verb.ACCOUNT, f"修改资料 {len(people)} 人", details={"persons": list(people)})


@transaction.atomic
def reset(*, person: Person, seen: str, by: Any) -> Opened:
    """The password dies, every session ends, and a new activation code lets the owner set another. Raises Conflict, PermissionDenied."""
    stored = managed(person=person, by=by, seen=seen)
    if not stored.is_active:
        raise DomainError(f"{stored}的账号已停用；恢复使用时会发放新的激活码。")
    return _renew(stored, by, "重置密码")


@transaction.atomic
def reset_second_factor(*, person: Person, by: Any) -> None:
    """Their second factor is gone, so they set up another when they next sign in; sessions end."""
    stored = managed(person=person, by=by)
    second_factor.reset(user=stored, by=by)
    audit.record(Verb.ACCOUNT, f"重置第二重验证 {_named(stored)}")


@transaction.atomic
def disable(*, person: Person, by: Any) -> None:
    """Nobody enters with this account any more, and its password is dead for good (domain.md §3: credentials are cleared on leaving)."""
    stored = managed(person=person, by=by)
    if not stored.is_active:
        raise DomainError(f"{stored}的账号已经停用，无需再办理。")
    stored.is_active, stored.chose_password_at = False, None
    stored.set_unusable_password()
    stored.save(update_fields=["is_active", "password", "chose_password_at"])
    sessions.end_all(user=stored)
    audit.record(Verb.ACCOUNT, f"停用 {_named(stored)}")


@transaction.atomic
def enable(*, person: Person, by: Any) -> Opened:
    """The account is in use again, from a new activation code on."""
    stored = managed(person=person, by=by)
    if stored.is_active:
        raise DomainError(f"{stored}的账号正在使用，无需再办理。")
    stored.is_active = True
    stored.save(update_fields=["is_active"])
    return _renew(stored, by, "恢复使用")


@transaction.atomic
def amend(*, person: Person, name: str, seen: str, by: Any, **facts: Any) -> Person:
    """Keep a person's name, telephone and e-mail up to date. Raises Conflict when they are no longer what was `seen`."""
    stored = managed(person=person, by=by)
    contact = Contact.objects.select_for_update(of=("self",)).get(user=stored)
    if fingerprint(stored, contact) != seen:
        raise Conflict("在您填写期间，其他人修改了这份资料，您的内容还没有保存。请核对后再次保存，将以您的内容为准。")
    stored.name = name
    stored.save(update_fields=["name"])
    for fact in FACTS:
        setattr(contact, fact, facts[fact])
    contact.full_clean()
    contact.save()
    audit.record(Verb.ACCOUNT, f"修改资料 {_named(stored)}")
    return stored


@transaction.atomic
def move(*, person: Person, organization: Organization, keep: Iterable[RoleHolding], take: Iterable[RoleHolding], by: Any) -> Person:
    """Somebody serves elsewhere from now on. Each role they hold is kept or taken by the mover's own word; sessions end."""
    stored, keep, take = managed(person=person, by=by), list(keep), list(take)
    if not holds(by, "people.manage", organization):
        raise PermissionDenied(f"您不能把账号转到{organization}。")
    if organization == stored.home:
        raise DomainError(f"{stored}已在{organization}，请选择另一个单位。", field="organization")
    if {held.pk for held in (*keep, *take)} != {held.pk for held in stored.holdings}:
        raise Conflict(CHANGED)
    for held in take:
        roles.revoke(user=stored, role=held.role, organization=held.organization, by=by)
    Contact.objects.filter(user=stored).update(organization=organization, county=organization.county_id)
    sessions.end_all(user=stored)
    audit.record(Verb.ACCOUNT, f"调动 {_named(stored)}：{stored.home} → {organization}")
    return Person.objects.get(pk=stored.pk)


def managed(*, person: Person, by: Any, seen: str | None = None) -> Person:
    """The person as stored, locked, for whoever keeps their account. Raises PermissionDenied; Conflict when no longer as `seen`."""
    if reason := rules.why_not(by=by, person=Person.objects.get(pk=person.pk)):
        raise PermissionDenied(reason)
    stored = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if reason := rules.why_not(by=by, person=stored):  # what was given or moved before the lock
        raise PermissionDenied(reason)
    if seen is not None and seen_rows.fingerprint(stored, STATE) != seen:
        raise Conflict(CHANGED)
    return stored


def taken_sentence(username: str) -> str:
    return f"账号“{username}”已有人使用，请换一个。"


def fingerprint(person: Person, contact: Contact) -> str:
    """Of what the form of a person's facts shows; it stands in two rows."""
    return seen_rows.fingerprint(person, ("name",)) + seen_rows.fingerprint(contact, FACTS)


def _renew(stored: Person, by: Any, act: str) -> Opened:
    code = activations.issue(user=stored, by=by)
    audit.record(Verb.ACCOUNT, f"{act} {_named(stored)}")
    return Opened(stored, stored.home or Organization(), code)


def _refuse_others(keys: Collection[int], by: Any) -> None:
    if Person.objects.managed_by(by).filter(pk__in=keys).count() != len(set(keys)):
        raise PermissionDenied("有的账号不由您管理，没有办理。")


def _refuse_known(entries: list[Entry]) -> None:
    """Whoever names no account and bears a name that serves there already may be the same person, sent twice."""
    unnamed = [entry for entry in entries if not entry.username]
    known = selectors.namesakes((entry.name, entry.organization) for entry in unnamed)
    for entry in unnamed:
        if holder := known.get((entry.name, entry.organization.pk)):
            raise DomainError(f"{selectors.is_known(entry.name, entry.organization, holder)}。", field="username")


def _refuse_taken(entries: list[Entry]) -> None:
    names = [User.normalize_username(entry.username) for entry in entries]
    if len(set(names)) < len(names):
        raise DomainError("名单中有重复的账号，请核对。", field="username")
    if taken := User.objects.filter(username__in=names).values_list("username", flat=True).first():
        raise DomainError(taken_sentence(taken), field="username")


def _stem(organization: Organization) -> str:
    """In letters and digits alone, whatever a register calls a code."""
    if organization.code and organization.code.isascii() and organization.code.isalnum():
        return organization.code
    return f"{organization.county.code or organization.county_id}-{organization.pk}"


def _with_next(entry: Entry, stem: str, taken: set[str]) -> Entry:
    number = next(number for number in range(1, 10_000) if f"{stem}-{number}" not in taken)
    taken.add(f"{stem}-{number}")
    return Entry(entry.name, entry.organization, f"{stem}-{number}", entry.phone, entry.email)


def _named(user: User) -> str:
    return f"{user}（{user.username}）"


def _row(user: User) -> dict[str, Any]:
    return {field.attname: getattr(user, field.attname) for field in user._meta.concrete_fields}
