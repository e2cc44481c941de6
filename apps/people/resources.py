"""The ledger of accounts: one person a row, where they serve. New rows open accounts, whose codes are given out afterwards."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef
from django.utils import timezone

from apps.accounts.models import User
from apps.core import turns
from apps.core.ledgers.cells import Cell, Name, plain
from apps.core.ledgers.ledger import Column, Errand, Row
from apps.core.ledgers.registry import ledger
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.resources.base import COUNTY, OWN, TOWN, LocatedLedger, rules_of
from apps.organizations.roles import ROLES
from apps.organizations.rules import may_appoint
from apps.people import rules, selectors
from apps.people.enums import State
from apps.people.models import Contact, Person
from apps.people.querysets import standing
from apps.people.selectors import POSTED
from apps.people.services import accounts
from apps.people.services.accounts import Entry, Facts
from apps.people.validators import as_name, person_name

ALSO = {"大队辅导员": "school_counselor", "总辅导员": "town_counselor", "镇总辅导员": "town_counselor"}


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


class PersonName(Cell):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return as_name(plain(value) if not isinstance(value, str) else value)


class Plain(Cell):
    """One line: a telephone number, an address, however it was typed."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return plain(value)


class AccountName(Cell):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return User.normalize_username(plain(value))


class Roles(Cell):
    """Roles by what they are called; several stand one after the other, with a semicolon between."""

    empty: Any = ()

    def __init__(self) -> None:
        super().__init__()
        self.labels = {key: role.label for key, role in ROLES.items()}
        self._keys = {_squeezed(label): key for key, label in self.labels.items()} | {_squeezed(word): key for word, key in ALSO.items()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> tuple[str, ...]:
        found = []
        for part in filter(None, re.split(r"[;；\n]", plain(value))):
            if (key := self._keys.get(_squeezed(part))) is None:
                raise ValueError(f"没有“{part.strip()[:20]}”这个角色，请核对。")
            found.append(key)
        return self.ordered(found)

    def ordered(self, values: Any) -> tuple[str, ...]:
        return tuple(key for key in self.labels if key in values)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str | None:
        return "；".join(self.labels.get(key, key) for key in self.ordered(value)) or None


class StateCell(Cell):
    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return State(value).words


class MomentCell(Cell):
    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else "从未登录"


@ledger
class Accounts(LocatedLedger):
    """Whoever keeps accounts opens them and keeps names and ways to reach people up to date. Roles and moves are done person by person."""

    key, label = "accounts", "人员账号"
    permission, reading = "people.manage", "people.view"
    about = "人员的姓名、单位、角色和联系方式；导入后在“发放激活码”页面取得新账号的激活码。"
    page = "/people/"
    kinds = POSTED

    county = COUNTY
    town = TOWN
    organization = Column(
        "单位",
        "organization__name",
        cell=Name(),
        required=True,
        key=True,
        aliases=("学校", "任职单位", "所在单位", "工作单位"),
        example="凤桥镇中心小学",
        width=24,
    )
    name = Column(
        "姓名",
        "user__name",
        cell=PersonName(),
        required=True,
        rules=[*rules_of(User, "name"), person_name],
        aliases=("辅导员姓名",),
        example="王芳",
    )
    username = Column(
        "账号",
        "user__username",
        cell=AccountName(),
        key=True,
        rules=rules_of(User, "username"),
        help="新开账号的可以不填，由系统编号。",
        aliases=("用户名", "登录账号"),
        width=18,
    )
    role = Column("角色", "roles_held", cell=Roles(), aliases=("身份",), help="新开账号的必填，只填一个。", example="大队辅导员", width=24)
    phone = Column(
        "联系电话",
        "phone",
        cell=Plain(),
        rules=rules_of(Contact, "phone"),
        aliases=("电话", "手机", "手机号", "手机号码"),
        example="13800000000",
        width=16,
    )
    email = Column(
        "电子邮箱",
        "email",
        cell=Plain(),
        rules=rules_of(Contact, "email"),
        aliases=("邮箱", "电子邮件"),
        example="wangfang@example.com",
        width=24,
    )
    state = Column("状态", "state", cell=StateCell(), derived=True)
    last_login = Column("最近登录", "user__last_login", cell=MomentCell(), derived=True, width=18)

    class Meta:
        model = Contact
        import_id_fields = ("username",)

    def arranged(self, rows: models.QuerySet) -> models.QuerySet:
        held = RoleHolding.objects.filter(group__user=OuterRef("user"), organization=OuterRef("organization")).order_by("role")
        facts = {"roles_held": ArraySubquery(held.values("role")), **standing(timezone.now(), "user__")}
        return super().arranged(rows).annotate(**facts)

    def listed(self, user: Any) -> models.QuerySet:
        return super().listed(user).order_by("county__position", "organization__path", "user__name", "pk")

    def identity(self, row: Row) -> Any:
        """Without an account: the same name twice at one organization may be the same person."""
        return self.value(row, "username") or (row.organization, self.value(row, "name"))

    def candidates(self, rows: Sequence[Row], errand: Errand) -> models.QuerySet:
        named = Contact.objects.visible_to(errand.by).filter(user__username__in={self.value(row, "username") for row in rows})
        return self.arranged(named)

    def match(self, rows: Sequence[Row], errand: Errand) -> None:
        super().match(rows, errand)
        known = [row for row in rows if row.before is not None]
        users: dict[Any, int] = dict(Contact.objects.filter(pk__in=[row.target for row in known]).values_list("pk", "user"))
        for row in known:
            row.facts["user"] = users[row.target]
            self._as_it_is(row)

    def _as_it_is(self, row: Row) -> None:
        """A name that differs by a space alone is the same; a role that is not named stays; and neither roles nor places change here."""
        before: Sequence[Any] = row.before or ()
        name, role = self.index["name"], self.index["role"]
        if row.values[name] == as_name(before[name]):
            row.values[name] = before[name]
        if not row.values[role]:
            row.values[role] = before[role]
        where = [self.index[column] for column in OWN]
        if [row.values[index] for index in where] != [before[index] for index in where]:
            row.fault("organization", f"{before[name]}在{before[where[2]]}任职；调动请在此人的页面办理。")

    def inspect(self, rows: Iterable[Row], errand: Errand) -> None:
        rows = list(rows)
        self._judge_changed([row for row in rows if row.target is not None], errand)
        self._judge_new([row for row in rows if row.target is None], errand)

    def _judge_changed(self, rows: Sequence[Row], errand: Errand) -> None:
        people = Person.objects.filter(contact__in=[row.target for row in rows]).with_posts(errand.by).in_bulk() if rows else {}
        role = self.index["role"]
        for row in rows:
            if reason := rules.why_not(by=errand.by, person=people[row.facts["user"]]):
                row.fault("", reason)
            elif row.before is not None and row.values[role] != row.before[role]:
                row.fault("role", "角色不能通过导入修改，请在此人的页面授予或收回。")

    def _judge_new(self, rows: Sequence[Row], errand: Errand) -> None:
        if not rows:
            return
        organizations = _organizations(rows)
        names = {self.value(row, "username") for row in rows}
        taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        unnamed = [row for row in rows if not self.value(row, "username")]
        known = selectors.namesakes((self.value(row, "name"), organizations[row.organization]) for row in unnamed)
        for row in rows:
            name, username, organization = self.value(row, "name"), self.value(row, "username"), organizations[row.organization]
            if username in taken:
                row.fault("username", accounts.taken_sentence(username))
            elif not username and (holder := known.get((name, organization.pk))):
                row.fault("username", f"{selectors.is_known(name, organization, holder)}。")
            if closed := self.spot(row, errand).closed_on:
                row.fault("organization", f"“{organization}”已于 {closed} 撤并，不能开通账号。")
            if sentence := self._misfit(row, organization, errand.by):
                row.fault("role", sentence)

    def _misfit(self, row: Row, organization: Organization, by: Any) -> str:
        """Why the account is not opened with this role; empty where it is."""
        found = self.value(row, "role")
        if len(found) != 1:
            return "请填写角色。" if not found else "新开账号只填一个角色，其余的开通后再授予。"
        if sentence := rules.misplaced(role=found[0], organization=organization):
            return sentence
        return "" if may_appoint(by, found[0], organization) else f"“{ROLES[found[0]].label}”不由您授予，请核对角色。"

    def lock(self, rows: Sequence[Row]) -> None:
        turns.take("people.usernames")
        users = User.objects.filter(contact__in={row.target for row in rows if row.target})
        list(users.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))

    @classmethod
    def tables(cls) -> Sequence[tuple[type[models.Model], str]]:
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row], by: Any) -> None:
        if new:
            self._open(new, by)
        if changed:
            facts = {row.facts["user"]: Facts(*[self.value(row, name) for name in ("name", "phone", "email")]) for row in changed}
            accounts.amend_all(people=facts, by=by)

    def _open(self, rows: Sequence[Row], by: Any) -> None:
        """Named all together, so that no number is given twice; then opened, role by role."""
        turns.take("people.usernames")
        organizations, username = _organizations(rows), self.index["username"]
        entries = accounts.named(
            Entry(
                name=self.value(row, "name"),
                organization=organizations[row.organization],
                username=row.values[username],
                phone=self.value(row, "phone"),
                email=self.value(row, "email"),
            )
            for row in rows
        )
        by_role: dict[str, list[Entry]] = {}
        for row, entry in zip(rows, entries, strict=True):
            row.values[username] = entry.username
            by_role.setdefault(self.value(row, "role")[0], []).append(entry)
        for role, group in by_role.items():
            accounts.open_all(entries=group, role=role, by=by, with_codes=False)
        contacts = Contact.objects.filter(user__username__in=[entry.username for entry in entries])
        keys = dict(contacts.values_list("user__username", "pk"))
        for row in rows:
            row.target = keys[row.values[username]]


def _organizations(rows: Sequence[Row]) -> dict[Any, Organization]:
    found: Any = Organization.objects.select_related("county", "parent")
    return found.in_bulk({row.organization for row in rows})
