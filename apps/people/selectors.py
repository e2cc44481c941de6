"""What a role would show, before it is given; and what the pages offer to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, Q
from django.utils import timezone

from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for, supposing
from apps.organizations.models import Organization, RoleHolding, TenantReport
from apps.organizations.roles import PERMISSIONS, ROLES, Role
from apps.organizations.rules import appointable, may_appoint
from apps.people.models import Contact, Person

MOST_CODES = 500  # given out at once
POSTED = (Kind.CITY, Kind.COUNTY, Kind.TOWN, Kind.SCHOOL)  # where roles may be held


@dataclass(frozen=True)
class Showing:
    """What a role shows at an organization: figures with their words, how many adults' telephone numbers are among it, what it lets do."""

    role: Role
    organization: Organization
    figures: tuple[tuple[int, str], ...]
    contacts: int
    acts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """213 所学校、1,202 个村（社区）、10 份工作方案"""
        return "、".join(f"{count:,} {words}" for count, words in self.figures)


def showing(*, role: str, organization: Organization) -> Showing:
    """Counted by the querysets that will answer the holder's own pages; the number of queries depends on the role, not on the rows."""
    definition = ROLES[role]
    nobody = supposing(definition, organization)
    seen = Organization.objects.visible_to(nobody).open_on(timezone.localdate())
    counts = seen.aggregate(schools=Count("pk", filter=Q(kind=Kind.SCHOOL)), places=Count("pk", filter=Q(kind=Kind.PLACE)))
    figures = [(counts["schools"], "所学校"), (counts["places"], "个村（社区）")]
    for model in _reports():
        if f"{model._meta.app_label}.view" in definition.permissions:
            figures.append((model._default_manager.visible_to(nobody).count(), f"份{model._meta.verbose_name}"))
    acts = tuple(label for name, label in PERMISSIONS.items() if name in definition.permissions and not name.endswith(".view"))
    return Showing(definition, organization, tuple(figures), Contact.objects.visible_to(nobody).count(), acts)


def work_of(organization: Organization) -> list[tuple[int, str]]:
    """The reports that an organization has filed or begun: what stays with it when its people change."""
    counts = [(model._default_manager.filter(organization=organization).count(), f"份{model._meta.verbose_name}") for model in _reports()]
    return [(count, words) for count, words in counts if count]


def namesakes(people: Iterable[tuple[str, Organization | None]]) -> dict[tuple[str, int], str]:
    """Of (name, organization) pairs those who serve there already: (name, organization's key) → their account. One query."""
    wanted = {(name, organization.pk) for name, organization in people if organization}
    rows = Contact.objects.filter(user__name__in={name for name, _ in wanted}, organization__in={key for _, key in wanted})
    return {(name, key): account for name, key, account in rows.values_list("user__name", "organization", "user__username")}


def is_known(name: str, organization: Organization, username: str) -> str:
    """The sentence about a namesake, so that a list sent twice opens no account twice."""
    return f"{organization}已有{name}的账号（{username}）；确是另一人的，请自己取一个账号"


def roles_for(user: Any) -> list[Role]:
    """The roles that the user may give, highest first."""
    return [ROLES[key] for key in appointable(user)]


def posts_for(user: Any) -> Any:
    """The organizations where the user may appoint somebody."""
    levels = frozenset().union(*(role.levels for role in roles_for(user)))
    managed = Organization.objects.in_scope(scope_for(user, "people.manage")).of_kind(*(kind for kind in POSTED if kind in levels))
    return managed.open_on(timezone.localdate()).select_related("county", "parent").order_by("county__position", "path")


def waiting(by: Any, *, most: int = MOST_CODES) -> Any:
    """Whose account `by` keeps and who have never entered it, by organization; as many as are given codes at once."""
    found = Person.objects.managed_by(by).never_entered().select_related("activation").with_posts(by)
    return found.order_by("contact__county__position", "contact__organization__path", "name", "pk")[:most]


def holders(*, organization: Organization, by: Any) -> list[tuple[Person, RoleHolding]]:
    """Who holds a role at the organization that `by` may take away."""
    people = Person.objects.filter(groups__holding__organization=organization).exclude(pk=by.pk).distinct().order_by("name", "pk")
    pairs = [(person, held) for person in people.with_posts(by) for held in person.holdings if held.organization_id == organization.pk]
    return [(person, held) for person, held in pairs if may_appoint(by, held.role, organization)]


def _reports() -> list[type[TenantReport]]:
    return [model for model in apps.get_models() if issubclass(model, TenantReport)]
