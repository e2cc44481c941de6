"""Roles of people who have an account already, and a school that passes from one to another."""

from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import DomainError
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.roles import ROLES
from apps.organizations.services import roles
from apps.people.models import Person
from apps.people.services import accounts
from apps.people.services.accounts import Entry, Opened


@transaction.atomic
def give(*, person: Person, role: str, organization: Organization, by: Any) -> RoleHolding:
    """A further role for somebody whose account the giver keeps. Raises DomainError, PermissionDenied."""
    stored = accounts.managed(person=person, by=by)
    if any(held.role == role and held.organization_id == organization.pk for held in stored.holdings):
        raise DomainError(f"{stored}已是{organization}的{ROLES[role].label}，无需再授予。", field="role")
    if not stored.is_active:
        raise DomainError(f"{stored}的账号已停用，请先恢复使用。")
    return roles.grant(user=stored, role=role, organization=organization, by=by)


@transaction.atomic
def hand_over(*, held: RoleHolding, outgoing: Person, to: Person | Entry, disable: bool, by: Any) -> Opened | Person:
    """The role passes from one to another, with all the work: reports belong to the organization, so nothing of them changes hands.

    `to` is somebody who has an account or an entry for a new one; `disable` closes the account of whoever leaves.
    """
    role, organization = held.role, held.organization
    if isinstance(to, Person) and to.pk == outgoing.pk:
        raise DomainError("接任者不能是移交人本人。", field="successor")
    roles.revoke(user=outgoing, role=role, organization=organization, by=by)
    if isinstance(to, Person):
        give(person=to, role=role, organization=organization, by=by)
    done = to if isinstance(to, Person) else accounts.open_account(entry=to, role=role, by=by)
    if disable:
        leaving = Person.objects.get(pk=outgoing.pk)
        if leaving.holdings:
            raise DomainError(f"{leaving}还任{leaving.holdings[0]}，账号不能停用。", field="disable")
        accounts.disable(person=leaving, by=by)
    heir = done if isinstance(done, Person) else done.person
    audit.record(Verb.ACCOUNT, f"移交 {held}：{outgoing}（{outgoing.username}）→ {heir}（{heir.username}）")
    return done
