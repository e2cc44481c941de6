"""Writing a year's template. Once a plan was handed in, its parts stay what they are; only the guidance may still be put better."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from apps.core import turns
from apps.core.errors import Conflict, DomainError
from apps.plans.models import Plan, Section
from apps.plans.sections import STAGES
from apps.years.models import Window

NAMES = ("title", "guidance", "is_required", "position")


def is_settled(window: Window) -> bool:
    """Has any plan of that year been handed in, even if it came back?"""
    return Plan.objects.filter(window=window, submitted_at__isnull=False).exists()


def drafts(window: Window) -> int:
    """How many units have begun."""
    return Plan.objects.filter(window=window).count()


def fingerprint(sections: Iterable[Section]) -> str:
    """The same for the same template."""
    shown = [(section.key, *(getattr(section, name) for name in NAMES)) for section in sections]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@transaction.atomic
def save(*, window: Window, parts: Sequence[Mapping[str, Any]], by: Any, seen: str) -> None:
    """Make the template these parts (key or "", title, guidance, is_required), in this order.

    Raises Conflict when it is no longer what was `seen`.
    """
    turns.take("plans.template")
    if window.closed_at:
        raise DomainError(f"{window.year}年度已关闭，模板不再变动。")
    stored = {section.key: section for section in window.sections.all()}
    if fingerprint(stored.values()) != seen:
        raise Conflict("在您填写期间，其他人修改了这个模板，您的内容还没有保存。请核对后再次保存，将以您的内容为准。")
    settled = is_settled(window)
    _check(parts, stored, settled=settled)
    kept = {part["key"] for part in parts if part["key"]}
    window.sections.exclude(key__in=kept).delete()
    for position, part in enumerate(parts, start=1):
        section = stored.get(part["key"]) or Section(window=window, key=_new_key())
        before = [getattr(section, name) for name in NAMES]
        section.title, section.guidance = part["title"].strip(), part["guidance"].strip()
        section.is_required, section.position = part["is_required"], position
        if section.pk is None or before != [getattr(section, name) for name in NAMES]:
            section.full_clean()
            section.save()


def _check(parts: Sequence[Mapping[str, Any]], stored: Mapping[str, Section], *, settled: bool) -> None:
    keys, titles = [part["key"] for part in parts if part["key"]], [part["title"].strip() for part in parts]
    if STAGES not in keys:
        raise DomainError("“实施步骤”是必有的部分，不能移除。")
    if len(set(keys)) < len(keys) or not set(keys) <= stored.keys():
        raise DomainError("页面没有完整送达，请刷新后重新填写。")
    if twice := next((title for title in titles if titles.count(title) > 1), ""):
        raise DomainError(f"有两个部分都叫“{twice}”，请改成不同的标题。")
    if settled:
        now = [(part["key"], part["title"].strip(), part["is_required"]) for part in parts]
        if now != [(section.key, section.title, section.is_required) for section in stored.values()]:
            raise DomainError("已有单位上报方案，只能修改填写提示。")


def _new_key() -> str:
    """A key that no year has used: last year's text under it is never taken for something else."""
    used = Section.objects.filter(key__regex=r"^part\d+$").values_list("key", flat=True)
    return f"part{1 + max((int(re.sub(r'[^0-9]', '', key)) for key in used), default=0)}"
