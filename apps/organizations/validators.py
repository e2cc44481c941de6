"""What a unit's facts must be (refused), and what is usual (only said): real teams and brigades break the usual limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.organizations.enums import UnitKind

FOUNDED_ON = date(1949, 10, 13)  # the day the Young Pioneers were founded (建队纪念日)


def not_in_future(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError("日期不能晚于今天。")


def since_founding(day: date) -> None:
    if day < FOUNDED_ON:
        raise ValidationError(f"日期不能早于建队日（{FOUNDED_ON:%Y-%m-%d}），请核对年份。")


@dataclass(frozen=True)
class Norms:
    """The usual sizes from a day on. The charter was amended in 2025: a new set is added, an old one never changed."""

    since: date
    team_members: tuple[int, int]
    brigade_squads: int


NORMS = (Norms(since=FOUNDED_ON, team_members=(5, 13), brigade_squads=2),)


def norms_on(day: date) -> Norms:
    return max((norms for norms in NORMS if norms.since <= day), key=lambda norms: norms.since)


def unusual(*, kind: str, member_count: int, guide: str, on: date) -> Iterator[str]:
    """What is worth a second look at one unit, a sentence each."""
    if kind != UnitKind.HOLIDAY_TEAM:
        return
    least, most = norms_on(on).team_members
    if not least <= member_count <= most:
        yield f"小队一般为 {least} 至 {most} 人，现为 {member_count} 人，请核对。"
    if not guide:
        yield "雏鹰假日小队一般有一名固定的成人辅导员，现在没有填写。"
