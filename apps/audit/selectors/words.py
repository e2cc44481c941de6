"""History in the words of those who made it: fields by their labels, choices by theirs, other rows by their names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from apps.core.logs import Log

EMPTY = "（空）"
GONE = "（已删除）"
LABELS = {"insert": "新增", "update": "修改", "delete": "删除"}
# What changes with every save and says nothing to a reader.
TECHNICAL = frozenset({"id", "county", "version", "updated_at", "updated_by", "path"})
KINDS = {"accounts_membershipevent": "角色授予"}  # a table of Django's, which it names in English
FIELDS = {
    "id": "编号",
    "path": "组织树位置",
    "group": "角色",
    "user": "人员",
    "organization": "单位",
    "stages": "实施步骤",
    "is_superuser": "超级用户",
}
# Adults' telephone numbers and addresses are personal data: the log shows that they changed, not what they are.
PERSONAL = {"people_contactevent": frozenset({"phone", "email"})}
DETAILS = {
    "command": "命令",
    "task": "任务",
    "sound": "核验通过",
    "head": "链头",
    "seals": "封存数",
    "rows": "记录数",
    "faults": "不符之处",
    "format": "格式",
    "filters": "条件",
    "count": "条数",
    "size": "大小",
    "year": "年度",
    "account": "账号",
    "username": "账号",
    "organization": "单位",
    "role": "角色",
    "plan": "工作方案",
}

Names = Mapping[tuple[type[models.Model], Any], str]


def kind(log: Log) -> str:
    """What kind of row a history is about."""
    return KINDS.get(log.table) or str(log.tracked._meta.verbose_name if log.tracked else log.model._meta.verbose_name)


@cache
def fields(log: Log) -> list[models.Field]:
    """In the order in which the model has them, tenancy and time of change last."""
    return sorted(_model(log)._meta.concrete_fields, key=lambda field: field.name in TECHNICAL)


@cache
def field_of(log: Log, name: str) -> models.Field | None:
    return next((field for field in _model(log)._meta.concrete_fields if field.attname == name), None)


@cache
def label(log: Log, name: str) -> str:
    field = field_of(log, name)
    if field is None:
        return name
    own = str(field.verbose_name)
    return FIELDS.get(field.name, own) if own.isascii() else own


@cache
def target(log: Log, name: str) -> type[models.Model] | None:
    """Which rows a column points at."""
    field = field_of(log, name)
    found = field.remote_field.model if field is not None and field.remote_field else None
    return found if isinstance(found, type) else None


def value(log: Log, name: str, raw: Any, names: Names) -> str:
    """A stored value as it was shown when it was entered."""
    if raw is None or raw == "" or raw == [] or raw == {}:
        return EMPTY
    field = field_of(log, name)
    if field is not None and field.name in PERSONAL.get(log.table, ()):
        return f"＊＊＊＊{str(raw)[-2:]}"
    pointed = target(log, name)
    if pointed is not None:
        return names.get((pointed, raw)) or f"{raw}{GONE}"
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(raw, raw))
    if isinstance(field, models.DateTimeField):
        return plain(parse_datetime(raw))
    if isinstance(field, models.DateField):
        return plain(parse_date(raw))
    return plain(raw)


def plain(raw: Any) -> str:
    """Any value of JSON, and moments, as a reader would write them."""
    match raw:
        case None | "":
            return EMPTY
        case bool():
            return "是" if raw else "否"
        case datetime():
            return f"{timezone.localtime(raw):%Y-%m-%d %H:%M:%S}"
        case date():
            return f"{raw:%Y-%m-%d}"
        case list():
            return "；".join(plain(each) for each in raw) or EMPTY
        case dict():
            return "，".join(f"{DETAILS.get(key, key)} {plain(each)}" for key, each in raw.items()) or EMPTY
    return str(raw)


def names(wanted: Iterable[tuple[type[models.Model], Any]]) -> dict[tuple[type[models.Model], Any], str]:
    """The names of rows that are still there, one query for each kind of them."""
    return {key: name_of(row) for key, row in rows(wanted).items()}


def rows(wanted: Iterable[tuple[type[models.Model], Any]]) -> dict[tuple[type[models.Model], Any], Any]:
    by_model: dict[type[models.Model], set[Any]] = defaultdict(set)
    for model, key in wanted:
        if key is not None:
            by_model[model].add(key)
    found = {}
    for model, keys in by_model.items():
        related = [field.name for field in model._meta.concrete_fields if field.remote_field and not field.null]
        if hasattr(model, "holding"):  # a role's group is called by what it gives
            related.append("holding__organization")
        queryset = model._base_manager.filter(pk__in=keys)
        for row in queryset.select_related(*related) if related else queryset:
            found[model, row.pk] = row
    return found


def name_of(row: Any) -> str:
    """A row by its name, and where that does not say whose it is, its organization before it."""
    if hasattr(row, "user") and hasattr(row, "group"):
        return str(row.user)
    name = str(getattr(row, "holding", row))
    organization = str(getattr(row, "organization", ""))
    return name if organization in name else f"{organization} {name}"


def organizations(keys: Iterable[int]) -> dict[int, str]:
    wanted = {(apps.get_model("organizations", "Organization"), key) for key in keys}
    return {key: name for (_, key), name in names(wanted).items()} if wanted else {}


def _model(log: Log) -> type[models.Model]:
    return log.tracked or log.model
