"""A row of any tenant model, made from the model alone: a new table is covered by the tests that attack without a word there.

Every text that the row holds is a mark, so that whatever shows it gives the row away.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.core.validators import MinValueValidator
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from apps.core.fields import LtreeField
from apps.core.lifecycle import locks
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.models import Report
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, RoleHolding, TenantModel
from apps.organizations.services import roles
from tests.factories.people import UserFactory
from tests.factories.reports import unlocked

Ends = tuple[Organization, Organization]  # whose the row is, and with whom, where the model has two sides
EITHER = {"notices.Delivery": {"user"}}  # columns that may be empty, of which one must not be
PDF = b"%PDF-1.7\n"


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


class Rows:
    """Makes rows, and remembers them: what belongs to another row (a stage to its plan) belongs to one of the same organization."""

    def __init__(self) -> None:
        self.made: dict[tuple[type[models.Model], int, str], Any] = {}

    def fill(self, ends: Iterable[Ends], mark: str) -> None:
        """A row of every tenant model at every one of these organizations that takes one."""
        for organization, partner in ends:
            for model in tenant_models():
                try:
                    with transaction.atomic():
                        self.row(model, (organization, partner), mark)
                except IntegrityError:  # a plan belongs to a reporting unit only, a room to a school
                    continue

    def row(self, model: type[models.Model], ends: Ends, mark: str, state: str = State.SUBMITTED, **facts: Any) -> Any:
        """The row of a model at an organization, in a state if it is a report; made if it is not there."""
        key = (model, ends[0].pk, state if issubclass(model, Report) else "")
        if key not in self.made:
            self.made[key] = self._profile(model, ends[0], mark) or self._new(model, ends, mark, state, facts)
        return self.made[key]

    def _profile(self, model: type[models.Model], organization: Organization, mark: str) -> Any:
        """What hangs off an organization one-to-one is there with it, or does not fit its kind."""
        field: Any = model._meta.get_field("organization")
        if not field.one_to_one:
            return None
        if organization.kind != field.remote_field.related_name:
            raise IntegrityError(f"no {model._meta.label} at a {organization.kind}")
        return model._default_manager.get(organization=organization)

    def _new(self, model: Any, ends: Ends, mark: str, state: str, facts: dict[str, Any]) -> Any:
        tenancy = {
            column: end.county_id if column == county else end.pk
            for (county, organization), end in zip(model.scope_columns, ends, strict=False)
            for column in (county, organization)
        }
        given = {**facts, **_lifecycle(model, state)}
        names = {*given, *(column.removesuffix("_id") for column in tenancy)}
        content = {field.name: self._value(field, ends, mark) for field in _to_fill(model) if field.name not in names}
        row = model(**content, **given, **tenancy)
        with unlocked(*(getattr(row, field.name) for field in locks.parts(model))):
            row.save()
        if not getattr(model, "append_only", False):
            row.save()  # an insert and an update, both in its history
        return row

    def _value(self, field: models.Field, ends: Ends, mark: str) -> Any:
        match field:
            case models.ForeignKey():
                return self._target(field.remote_field.model, ends, mark)
            case LtreeField():
                return ends[0].path
            case models.FileField():
                return ContentFile(PDF + mark.encode(), name=f"{mark}.pdf")
        return example(field, mark)

    def _target(self, target: Any, ends: Ends, mark: str) -> Any:
        if target._meta.label == settings.AUTH_USER_MODEL:
            return UserFactory()
        if issubclass(target, RoleHolding):
            return roles.grant(user=UserFactory(), role="school_counselor", organization=_school(ends[0]))
        if issubclass(target, TenantModel):
            return self.row(target, ends, mark)
        shared = target._default_manager.order_by("pk").first()
        return shared or target._default_manager.create(**{field.name: self._value(field, ends, mark) for field in _to_fill(target)})


def _school(organization: Organization) -> Organization:
    """Some school of the organization's reporting unit."""
    return Organization.objects.filter(kind=Kind.SCHOOL, county=organization.county_id).order_by("pk")[0]


def example(field: models.Field, mark: str) -> Any:
    """A value that the field takes."""
    if field.choices:
        return field.choices[0][0]
    match field:
        case ArrayField():
            return [field.base_field.choices[0][0]] if field.base_field.choices else []
        case models.EmailField():
            return f"{mark}@example.cn"
        case models.CharField() if field.name == "url":
            return f"/{mark}/"
        case models.CharField() if field.name == "ledger":
            return "units"
        case models.CharField() | models.TextField():
            return mark[: field.max_length]
        case models.DateTimeField():
            return timezone.now()
        case models.DateField():
            return timezone.localdate()
        case models.BooleanField():
            return True
        case models.DecimalField() | models.IntegerField():
            return max(1, *(each.limit_value for each in field.validators if isinstance(each, MinValueValidator)), 1)
        case models.JSONField():
            return {"content": mark}
    raise AssertionError(f"tests/factories/rows.py knows no example of {field}")


def _to_fill(model: type[models.Model]) -> list[Any]:
    """What cannot be left out, what a report says, and everything that is text."""
    content, until = getattr(model, "content_fields", ()), getattr(model, "withheld", ("",))[0]
    return [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField) and not getattr(field, "auto_now", False) and not getattr(field, "auto_now_add", False)
        if field.name in content
        or field.name in EITHER.get(model._meta.label, ())
        or field.attname == until
        or (isinstance(field, models.CharField | models.TextField) and not field.choices)
        or not (field.has_default() or field.null or field.blank)
    ]


def _lifecycle(model: Any, state: str) -> dict[str, Any]:
    """What a report in that state has behind it."""
    if not issubclass(model, Report):
        return {}
    by, now = UserFactory(), timezone.now()
    facts: dict[str, Any] = {"state": state, "created_by": by}
    if state != State.DRAFT:
        facts |= {"submitted_at": now, "submitted_by": by}
    if state == State.APPROVED:
        facts |= {field.name: now for field in model._meta.concrete_fields if field.name.endswith(("_accepted_at", "_confirmed_at"))}
    return facts


def posts(county: Organization) -> dict[str, Organization]:
    """Where the rows of one side stand: the reporting unit, its first town, and a place there."""
    town = Organization.objects.filter(kind=Kind.TOWN, county=county).order_by("code")[0]
    return {"county": county, "town": town, "place": Organization.objects.filter(kind=Kind.PLACE, parent=town).order_by("code")[0]}
