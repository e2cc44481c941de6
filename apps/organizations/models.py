"""The tree of organizations, what hangs off it, and who holds which role in it."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.auth.models import Group
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.urls import reverse

from apps.accounts.models import User
from apps.core.fields import FilledForeignKey, LtreeField
from apps.core.lifecycle.models import Report, Step
from apps.core.lifecycle.remarks import Look, Remark
from apps.organizations.enums import (
    Kind,
    PlaceArea,
    SchoolArea,
    SchoolStrength,
    SchoolType,
    UnitKind,
)
from apps.organizations.querysets import (
    OrganizationQuerySet,
    PioneerUnitQuerySet,
    ProfileQuerySet,
    RemarkQuerySet,
    ReportQuerySet,
    TenantQuerySet,
)
from apps.organizations.roles import PERMISSIONS, ROLES
from apps.organizations.triggers import ALONE, CARRY_SUBTREE, LOCK_TREE, PLACE_IN_TREE
from apps.organizations.validators import not_in_future, since_founding


@pghistory.track()
class Organization(models.Model):
    """A node of the city's tree: the city, its reporting units, their towns, and the schools and places below (circular, addressees).

    `path` and `county` follow from `parent`: a trigger fills them. The names are a public directory; writing is bounded by the scope.
    """

    scope_columns = (("county_id", "id"),)
    directory = True

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=60)
    code = models.CharField("代码", max_length=20, unique=True, null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级")
    path = LtreeField()
    county = FilledForeignKey("self", models.PROTECT, related_name="+", editable=False, verbose_name="报送单位")
    position = models.PositiveSmallIntegerField("次序", default=0)
    is_demo = models.BooleanField("演示数据", default=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = "组织"
        verbose_name_plural = "组织"
        ordering = ["position", "code", "pk"]
        default_permissions = ()
        permissions = list(PERMISSIONS.items())
        indexes = [GistIndex(fields=["path"], name="organization_path"), models.Index(fields=["kind"], name="organization_kind")]
        constraints = [
            models.UniqueConstraint(fields=["parent", "kind", "name"], name="organization_name_once_below_parent"),
            models.UniqueConstraint(fields=["id", "county"], name="organization_with_county"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="organization_kind_known"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lock_tree",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "kind"),
                func=LOCK_TREE,
            ),
            pgtrigger.Trigger(
                name="place_in_tree",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "kind"),
                func=PLACE_IN_TREE,
                declare=[("above", "record")],
            ),
            pgtrigger.Trigger(
                name="carry_subtree",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("parent_id", "kind"),
                condition=pgtrigger.Condition("OLD.path IS DISTINCT FROM NEW.path"),
                func=CARRY_SUBTREE,
                declare=[("in_circle", "boolean"), ("left_behind", "bigint")],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organizations:detail", args=[self.pk])

    @property
    def office(self) -> str:
        """Who acts in its name, as papers say it. The circular gives neither the zones nor the bureau's League committee a 少工委 of
        their own, and these have no division code."""
        if self.kind == Kind.CITY:
            return "市少工委办公室"
        return f"{self.name}少工委" if self.kind == Kind.COUNTY and self.code else self.name

    @property
    def profile(self) -> "School | Place | None":
        """What hangs off a school or a place."""
        return getattr(self, self.kind, None) if self.kind in (Kind.SCHOOL, Kind.PLACE) else None

    @property
    def closed_on(self) -> date | None:
        """The day on which a school or place was closed or merged; nothing else ever is."""
        return self.profile.closed_on if self.profile else None

    @property
    def line(self) -> tuple[int, ...]:
        """Primary keys from the root down to this organization."""
        return tuple(int(label) for label in self.path.split("."))


class TenantModel(models.Model):
    """Rows that belong to an organization. The database keeps `county` in agreement with `organization` (apps/core/security.py)."""

    scope_columns: ClassVar[tuple[tuple[str, str], ...]] = (("county_id", "organization_id"),)

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="单位", editable=False)
    county = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="报送单位", editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True

    def tenancy(self) -> dict[str, Any]:
        """The tenant columns, for rows that belong to this one."""
        return {name: getattr(self, name) for pair in self.scope_columns for name in pair}

    def organizations_in_scope(self) -> Iterator[Organization]:
        """The organizations from which this row is seen."""
        for _, organization in self.scope_columns:
            yield getattr(self, organization.removesuffix("_id"))


class TenantReport(TenantModel, Report):
    """A report that belongs to an organization. The app brings its step table, a TenantStep with `report` pointing here."""

    objects = ReportQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        abstract = True


class TenantStep(TenantModel, Step):
    """A step of such a report, seen by whoever sees the report."""

    class Meta(Step.Meta):
        abstract = True


class TenantRemark(TenantModel, Remark):
    """A remark on such a report. A draft belongs to the `office` that reviews, and is withheld from who filed the report."""

    withheld: ClassVar = ("step_id", ("office_county_id", "office_id"))  # until there is a step (apps/core/security.py)

    office = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="审核单位", editable=False)
    office_county = models.ForeignKey(Organization, models.PROTECT, related_name="+", editable=False)

    objects = RemarkQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta(Remark.Meta):
        abstract = True

    def organizations_in_scope(self) -> Iterator[Organization]:
        if self.step_id is None:  # type: ignore[attr-defined]
            yield self.office
        else:
            yield from super().organizations_in_scope()


class TenantLook(TenantModel, Look):
    """What somebody has read of such a report."""

    personal: ClassVar = "reader_id"

    class Meta(Look.Meta):
        abstract = True


def closed_after_opened(kind: str, sentence: str) -> models.CheckConstraint:
    """Of a profile that opens and closes; either day may be unknown."""
    in_order = models.Q(closed_on__gte=models.F("opened_on"))
    return models.CheckConstraint(
        condition=models.Q(opened_on__isnull=True) | models.Q(closed_on__isnull=True) | in_order,
        name=f"{kind}_closed_after_opened",
        violation_error_message=sentence,
    )


@pghistory.track()
class School(TenantModel):
    """What the circular asks of a school: town or country, central or teaching point, strong or weaker, new-resident or not (§3.2.2)."""

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="school", verbose_name="学校", editable=False)
    area = models.CharField("城乡", max_length=10, choices=SchoolArea.choices)
    type = models.CharField("类型", max_length=20, choices=SchoolType.choices)
    strength = models.CharField("办学水平", max_length=10, choices=SchoolStrength.choices, default=SchoolStrength.AVERAGE)
    is_new_resident = models.BooleanField("新居民子女学校", default=False)
    class_count = models.PositiveSmallIntegerField("班级数", default=0)
    member_count = models.PositiveIntegerField("少先队员数", default=0)
    opened_on = models.DateField("建校日期", null=True, blank=True, validators=[not_in_future])
    closed_on = models.DateField("撤并日期", null=True, blank=True, validators=[not_in_future])

    objects = ProfileQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "学校"
        verbose_name_plural = "学校"
        constraints = [closed_after_opened("school", "撤并日期不能早于建校日期。")]

    def __str__(self) -> str:
        return self.organization.name


@pghistory.track()
class Place(TenantModel):
    """A village or community that Pioneer organisations are to reach (circular §3.2.1)."""

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="place", verbose_name="村（社区）", editable=False)
    area = models.CharField("类型", max_length=10, choices=PlaceArea.choices)
    opened_on = models.DateField("设立日期", null=True, blank=True, validators=[not_in_future])
    closed_on = models.DateField("撤并日期", null=True, blank=True, validators=[not_in_future])

    objects = ProfileQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "村（社区）"
        verbose_name_plural = "村（社区）"
        constraints = [closed_after_opened("place", "撤并日期不能早于设立日期。")]

    def __str__(self) -> str:
        return self.organization.name


@pghistory.track()
class PioneerUnit(TenantModel):
    """A Pioneer organisation: a school's brigade or squad; a holiday team, community committee, brigade or squad at a place; the committee
    of a town (circular §3.2.1).
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="units", verbose_name="所在单位", editable=False)
    kind = models.CharField("类别", max_length=20, choices=UnitKind.choices)
    name = models.CharField("名称", max_length=60)
    member_count = models.PositiveIntegerField("队员数", default=0)
    guide = models.CharField("辅导员（成人）", max_length=40, blank=True)
    established_on = models.DateField("成立日期", validators=[since_founding, not_in_future])
    dissolved_on = models.DateField("撤销日期", null=True, blank=True, validators=[not_in_future])

    objects = PioneerUnitQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "少先队组织"
        verbose_name_plural = "少先队组织"
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "organization", "kind", "name"], name="unit_name_once_at_organization"),
            models.CheckConstraint(
                condition=models.Q(dissolved_on__isnull=True) | models.Q(dissolved_on__gte=models.F("established_on")),
                name="unit_dissolved_after_established",
                violation_error_message="撤销日期不能早于成立日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class RoleHolding(models.Model):
    """A role held at an organization: a group that carries the role's guardian permissions on that one Organization row."""

    group = models.OneToOneField(Group, models.PROTECT, related_name="holding")
    role = models.CharField("角色", max_length=20, choices=[(role.key, role.label) for role in ROLES.values()])
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="holdings", verbose_name="单位")

    class Meta:
        verbose_name = "角色"
        verbose_name_plural = "角色"
        constraints = [models.UniqueConstraint(fields=["role", "organization"], name="role_once_at_organization")]
        triggers = [pgtrigger.ReadOnly(name="stays_what_it_is", fields=["group", "role", "organization"])]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_role_display()}"


class Held(User.groups.through):  # type: ignore[name-defined]
    """A person holds a role: whoever keeps accounts or reads the log holds no other one (GB/T 22239), and the database sees to it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="separate_alone",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=ALONE,
            )
        ]
