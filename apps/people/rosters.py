"""A list of people as it is pasted from a spreadsheet or typed: read, and checked as a whole, so that every fault is named at once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.accounts.models import User
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.organizations.roles import Role
from apps.people import selectors, validators
from apps.people.services.accounts import Entry

MOST = 500
COLUMNS = ("name", "username", "organization", "phone", "email")
HEADING = "姓名"
username_rules = User._meta.get_field("username").validators


@dataclass
class Line:
    """One line of the list: its cells, where it belongs, and what is wrong with it."""

    number: int
    cells: dict[str, str]
    organization: Organization | None = None
    faults: list[str] = field(default_factory=list)

    def entry(self) -> Entry:
        assert self.organization is not None  # a line without faults  # noqa: S101
        return Entry(self.cells["name"], self.organization, self.cells["username"], self.cells["phone"], self.cells["email"])


def read(text: str, *, role: Role, by: Any) -> list[Line]:
    """The lines of a list, each with its faults; three queries, however long it is."""
    lines = [Line(number, cells) for number, cells in _rows(text)][: MOST + 1]
    _place(lines, role, by)
    _check_usernames(lines)
    for line in lines:
        line.faults += _faults(line.cells)
    return lines


def problem_of(lines: list[Line]) -> str | None:
    """The sentence at the head of the list; None when all of it is sound."""
    if not lines:
        return "名单是空的，请粘贴或填写名单。"
    if len(lines) > MOST:
        return f"一次最多 {MOST} 人，请分几次办理。"
    if wrong := sum(bool(line.faults) for line in lines):
        return f"{len(lines)} 行中有 {wrong} 行需要修改，全部改好后才能开通。"
    return None


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in (row.split("\t") if "\t" in row else row.replace("，", ",").split(","))]
        if any(cells) and cells[0] != HEADING:
            known = dict(zip(COLUMNS, [*cells, "", "", "", "", ""], strict=False))
            yield number, {**known, "more": "".join(cells[len(COLUMNS) :])}


def _place(lines: list[Line], role: Role, by: Any) -> None:
    """Where each line belongs: by name or code, of the organizations where `by` may give this role."""
    level = "、".join(kind.label for kind in Kind if kind in role.levels)
    places: dict[str, list[Organization]] = {}
    for organization in selectors.posts_for(by).of_kind(*role.levels):
        for word in {organization.name, organization.code or organization.name}:
            places.setdefault(word, []).append(organization)
    for line in lines:
        name = line.cells["organization"]
        found = places.get(name, [])
        if not name:
            line.faults.append("没有填写单位")
        elif len(found) > 1:
            line.faults.append(f"有 {len(found)} 个单位都叫“{name}”，请填代码")
        elif not found:
            line.faults.append(f"在您管理的{level}中没有“{name}”")
        else:
            line.organization = found[0]


def _check_usernames(lines: list[Line]) -> None:
    for line in lines:
        line.cells["username"] = User.normalize_username(line.cells["username"])
    names = Counter(line.cells["username"] for line in lines if line.cells["username"])
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    known = selectors.namesakes((line.cells["name"], line.organization) for line in lines)
    people = Counter((line.cells["name"], line.cells["organization"]) for line in lines if not line.cells["username"])
    for line in lines:
        username = line.cells["username"]
        if username in taken:
            line.faults.append(f"账号“{username}”已有人使用")
        if names[username] > 1:
            line.faults.append(f"账号“{username}”在名单中重复")
        if username or line.organization is None:
            continue
        if people[line.cells["name"], line.cells["organization"]] > 1:
            line.faults.append(f"{line.cells['name']}在名单中重复")
        if holder := known.get((line.cells["name"], line.organization.pk)):
            line.faults.append(selectors.is_known(line.cells["name"], line.organization, holder))


def _faults(cells: dict[str, str]) -> Iterator[str]:
    if not cells["name"]:
        yield "没有填写姓名"
    elif len(cells["name"]) > 40 or not _passes(cells["name"], validators.person_name):
        yield f"姓名“{cells['name']}”只能用文字和间隔号，不超过 40 字"
    if cells["username"] and (len(cells["username"]) > 150 or not _passes(cells["username"], *username_rules)):
        yield f"账号“{cells['username']}”只能用字母、数字和 @ . + - _"
    if cells["phone"] and (len(cells["phone"]) > 20 or not _passes(cells["phone"], validators.phone)):
        yield f"电话“{cells['phone']}”不正确"
    if cells["email"] and (len(cells["email"]) > 254 or not _passes(cells["email"], validate_email)):
        yield f"邮箱“{cells['email']}”不正确"
    if cells["more"]:
        yield "多出了内容，每行只有姓名、账号、学校、电话、邮箱五项"


def _passes(value: str, *rules: Any) -> bool:
    try:
        for rule in rules:
            rule(value)
    except ValidationError:
        return False
    return True
