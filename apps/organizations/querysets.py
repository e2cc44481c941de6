"""Reads of the tree and of everything that belongs to an organization."""

from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from apps.core.lifecycle.enums import EDITABLE, State
from apps.core.scope import Scope
from apps.organizations.enums import UNITS_AT, Kind, UnitKind
from apps.organizations.grants import grants_of, scope_for


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.in_scope(scope_for(user, "organizations.view"))

    def in_scope(self, scope: Scope) -> Self:
        if scope.everything:
            return self
        return self.filter(Q(county__in=scope.counties) | Q(pk__in=scope.organizations))

    def below(self, organization: Any) -> Self:
        """The organization itself and its whole subtree.

        Below a reporting unit the unit is named too: by it an index is used, by the path none can be under row-level security.
        """
        found = self.filter(path__within=organization.path)
        return found if organization.kind == Kind.CITY else found.filter(county=organization.county_id)

    def above(self, organization: Any) -> Self:
        """The organization itself and its ancestors, from the root down."""
        return self.filter(pk__in=organization.line).order_by("path")

    def reporting_below(self, organization: Any) -> frozenset[int]:
        """The keys of the organization itself, and of the cities and reporting units below it: its rows are those of these counties."""
        found, cities = {organization.pk}, [organization.pk] if organization.kind == Kind.CITY else []
        while cities:
            children = list(self.filter(parent__in=cities, kind__in=(Kind.CITY, Kind.COUNTY)).values_list("pk", "kind"))
            found |= {pk for pk, _ in children}
            cities = [pk for pk, kind in children if kind == Kind.CITY]
        return frozenset(found)

    def of_kind(self, *kinds: Kind) -> Self:
        return self.filter(kind__in=kinds)

    def named(self, text: str) -> Self:
        """Those that are called so, or have that code."""
        return self.filter(Q(name=text) | Q(code=text))

    def counties(self) -> Self:
        return self.filter(kind=Kind.COUNTY).order_by("position", "pk")

    def children_of(self, organization: Any, *kinds: Kind) -> Self:
        return self.filter(parent=organization, kind__in=kinds)

    def open_on(self, day: date) -> Self:
        """Without the schools and places that are closed by then."""
        return self.exclude(_closed_by(day))

    def closed_on(self, day: date) -> Self:
        """The schools and places that are closed by then."""
        return self.filter(_closed_by(day))

    def with_unit_count(self, day: date) -> Self:
        """`unit_count`: the units active there on a day."""
        active = Q(units__established_on__lte=day) & (Q(units__dissolved_on__isnull=True) | Q(units__dissolved_on__gt=day))
        return self.annotate(unit_count=models.Count("units", filter=active))

    def without_units(self, day: date) -> Self:
        """Towns, and open places and schools, where no unit is active on a day."""
        return self.of_kind(*UNITS_AT).open_on(day).with_unit_count(day).filter(unit_count=0)

    def matching(self, words: str) -> Self:
        """By a part of the name or the beginning of the code; every word must be found."""
        found = self
        for word in words.split():
            found = found.filter(Q(name__icontains=word) | Q(code__startswith=word))
        return found


# The day on which an organization was closed, as a value of its row.
CLOSED_ON = Coalesce("school__closed_on", "place__closed_on")


def _closed_by(day: date) -> Q:
    return Q(school__closed_on__lte=day) | Q(place__closed_on__lte=day)


class TenantQuerySet(models.QuerySet):
    """Rows that belong to an organization; `scope_columns` of the model says by which columns."""

    def in_scope(self, scope: Scope) -> Self:
        if scope.everything:
            return self
        condition = Q()
        for county, organization in self.model.scope_columns:  # type: ignore[attr-defined]
            condition |= Q(**{f"{county}__in": scope.counties}) | Q(**{f"{organization}__in": scope.organizations})
        return self.filter(condition)

    def visible_to(self, user: Any) -> Self:
        return self.in_scope(scope_for(user, f"{self.model._meta.app_label}.view"))


class ReportQuerySet(TenantQuerySet):
    """Reports: a draft is seen only where it may be edited."""

    def visible_to(self, user: Any) -> Self:
        own = scope_for(user, f"{self.model._meta.app_label}.edit")
        visible = super().visible_to(user)
        if own.everything:
            return visible
        return visible.filter(~Q(state=State.DRAFT) | Q(county__in=own.counties) | Q(organization__in=own.organizations))

    def submitted(self) -> Self:
        return self.filter(state=State.SUBMITTED)

    def approved(self) -> Self:
        return self.filter(state=State.APPROVED)

    def editable(self) -> Self:
        return self.filter(state__in=EDITABLE)

    def reviewable_by(self, user: Any) -> Self:
        """Submitted rows whose organization lies strictly below one where the user may review."""
        rows = self.submitted().filter(organization__in=strictly_below(user, f"{self.model._meta.app_label}.review"))
        return rows.exclude(submitted_by=user)


class RemarkQuerySet(TenantQuerySet):
    """Remarks: one that has not been sent is seen from the office that reviews, and from above it."""

    def in_scope(self, scope: Scope) -> Self:
        found = super().in_scope(scope)
        if scope.everything:
            return found
        drafted_here = Q(office_county__in=scope.counties) | Q(office__in=scope.organizations)
        return found.filter(Q(step__isnull=False) | drafted_here)

    def sent(self) -> Self:
        return self.filter(step__isnull=False)

    def drafted(self) -> Self:
        """Not sent yet, and saying something."""
        return self.filter(step__isnull=True).exclude(text="")

    def unresolved(self) -> Self:
        return self.sent().filter(resolved_at__isnull=True)


class ProfileQuerySet(TenantQuerySet):
    """Profiles of schools and places: what opens and closes."""

    def open_on(self, day: date) -> Self:
        """Those that are there on a day: opened, and not yet merged or closed."""
        return self.filter(Q(opened_on__isnull=True) | Q(opened_on__lte=day), Q(closed_on__isnull=True) | Q(closed_on__gt=day))

    def for_new_residents(self) -> Self:
        """Schools of new residents' children."""
        return self.filter(is_new_resident=True)

    def on_a_side_of(self, reports: models.QuerySet) -> Self:
        """Schools that two-sided reports are about, whichever filed them."""
        return self.filter(Q(organization__in=reports.values("organization")) | Q(organization__in=reports.values("partner")))


class PioneerUnitQuerySet(TenantQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.in_scope(scope_for(user, "organizations.view"))

    def active_on(self, day: date) -> Self:
        return self.filter(established_on__lte=day).filter(Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day))

    def of_kind(self, *kinds: UnitKind) -> Self:
        return self.filter(kind__in=kinds)

    def with_squads_on(self, day: date) -> Self:
        """Brigades of a day that have a squad beside them: a sound organisation (组织健全)."""
        squads = self.active_on(day).of_kind(UnitKind.SQUAD)
        return self.active_on(day).of_kind(UnitKind.BRIGADE).filter(organization__in=squads.values("organization"))


def strictly_below(user: Any, permission: str) -> models.QuerySet:
    """The organizations about which the user may decide: `review` is held above them, never at them."""
    organizations = apps.get_model("organizations", "Organization").objects
    return organizations.in_scope(scope_for(user, permission)).exclude(pk__in=grants_of(user).get(permission, frozenset())).values("pk")
