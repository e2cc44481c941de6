"""The yearly audit of adults' personal data (domain.md, section 3): who can see it, who looked, what left the portal, is the log whole.

Everything comes from the log itself, so that the paper of a past year says what was true then.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Count, Max
from django.db.models.functions import TruncMonth
from django.utils import timezone
from guardian.models import GroupObjectPermission

from apps.audit.enums import Verb
from apps.audit.models import Act, Seal
from apps.audit.querysets import ActQuerySet
from apps.audit.selectors import words

PRINTED = 400  # rows of one part on paper; the workbook has them all
LISTED = 20_000
# What shows telephone numbers or addresses of adults: the register of people, and the contact that a plan names.
SHOWS = {"people.view": "电话和电子邮箱", "plans.view": "工作方案的联系人"}

Row = Sequence[str | int]


@dataclass(frozen=True)
class Part:
    """One question and its answer: a table, with what is said when it is empty."""

    title: str
    short: str
    lead: str
    head: Sequence[str]
    rows: Sequence[Row]
    empty: str

    @property
    def printed(self) -> Sequence[Row]:
        return self.rows[:PRINTED]

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - PRINTED)


@dataclass(frozen=True)
class Pack:
    year: int
    made_at: datetime
    since: datetime
    until: datetime
    parts: Sequence[Part]
    head: str
    sealed: int

    @property
    def is_running(self) -> bool:
        """The year is not over: the paper says how far it goes."""
        return self.until > self.made_at


def years(today: date) -> list[int]:
    """Those of which there is a log, the newest first."""
    first = Act.objects.order_by("at").values_list("at", flat=True).first()
    return list(range(today.year, min(timezone.localtime(first).year if first else today.year, today.year) - 1, -1))


def due(today: date) -> int | None:
    """The year whose audit has to be reported by the end of January; None after that, or when there is no log of it."""
    return today.year - 1 if today.month == 1 and today.year - 1 in years(today) else None


def of(year: int) -> Pack:
    since, until = _new_year(year), _new_year(year + 1)
    acts: Any = Act.objects.between(since, until)
    head = Seal.objects.last_link()
    parts = (_who_can_see(until), _who_looked(acts), _what_left(acts), _sign_ins(acts), _roles(since, until), _verified(acts))
    return Pack(year, timezone.now(), since, until, parts, head.digest if head else "", head.number if head else 0)


def _who_can_see(until: datetime) -> Part:
    shows: dict[int, set[str]] = {}
    for group, codename in GroupObjectPermission.objects.filter(permission__codename__in=SHOWS).values_list(
        "group", "permission__codename"
    ):
        shows.setdefault(group, set()).add(SHOWS[codename])
    held = [each for each in _memberships(until) if each.pgh_label != "delete" and each.group_id in shows]
    names = _names(held)
    users = get_user_model()._default_manager.in_bulk([each.user_id for each in held])
    rows = sorted(
        (
            names.get(("group", each.group_id), "—"),
            names.get(("user", each.user_id), "—"),
            users[each.user_id].get_username() if each.user_id in users else "—",
            "、".join(sorted(shows[each.group_id])),
            _day(each.pgh_created_at),
            "启用" if each.user_id in users and users[each.user_id].is_active else "停用",
        )
        for each in held
    )
    return Part(
        "一、谁能看到成年人的个人信息",
        "谁能看到",
        "年末（年度未结束时为今天）任职的人员，及其角色能看到的内容：人员的电话和电子邮箱，或工作方案中填写的联系人及电话。",
        "角色 人员 账号 能看到 自何时起 账号状态".split(),
        rows,
        "没有人。",
    )


def _memberships(until: datetime) -> list[Any]:
    """The last word on every (person, role) by then: given, or taken away."""
    history = apps.get_model("accounts", "MembershipEvent")._default_manager
    return list(history.filter(pgh_created_at__lt=until).order_by("user_id", "group_id", "-pgh_id").distinct("user_id", "group_id"))


def _who_looked(acts: ActQuerySet) -> Part:
    found = acts.of(Verb.VIEW_CONTACTS).annotate(month=TruncMonth("at")).values("user", "name", "month")
    counted = found.annotate(times=Count("pk"), last=Max("at")).order_by("month", "-times", "name")[:LISTED]
    return Part(
        "二、谁查看过联系方式",
        "谁查看过",
        "每次打开联系方式名单都有记录；按人员和月份计次。",
        "月份 人员 账号编号 次数 最近一次".split(),
        [(f"{each['month']:%Y-%m}", each["name"], each["user"] or "—", each["times"], _moment(each["last"])) for each in counted],
        "本年度没有人查看过联系方式。",
    )


def _what_left(acts: ActQuerySet) -> Part:
    found = acts.of(Verb.EXPORT, Verb.DOWNLOAD).values("user", "name", "verb", "about")
    counted = found.annotate(times=Count("pk"), last=Max("at")).order_by("name", "verb", "-times", "about")[:LISTED]
    return Part(
        "三、导出和下载了什么",
        "导出和下载",
        "离开平台的表格和附件，按人员和内容计次。",
        "人员 操作 内容 次数 最近一次".split(),
        [(each["name"] or "—", Verb(each["verb"]).label, each["about"], each["times"], _moment(each["last"])) for each in counted],
        "本年度没有导出和下载。",
    )


def _sign_ins(acts: ActQuerySet) -> Part:
    found = acts.of(Verb.SIGN_IN_FAILED, Verb.LOCKED_OUT).values("name", "verb", "address")
    counted = found.annotate(times=Count("pk"), last=Max("at")).order_by("-times", "name")[:LISTED]
    return Part(
        "四、登录失败和锁定",
        "登录失败和锁定",
        "按账号和来源地址计次，次数多的在前。",
        "账号或姓名 情况 来源地址 次数 最近一次".split(),
        [(each["name"] or "—", Verb(each["verb"]).label, each["address"] or "—", each["times"], _moment(each["last"])) for each in counted],
        "本年度没有登录失败。",
    )


def _roles(since: datetime, until: datetime) -> Part:
    history = apps.get_model("accounts", "MembershipEvent")._default_manager
    events = list(history.filter(pgh_created_at__gte=since, pgh_created_at__lt=until).order_by("-pgh_id")[:LISTED])
    names = _names(events)
    return Part(
        "五、角色的授予和撤销",
        "角色变动",
        "本年度每一次授予和撤销，以及由谁办理。",
        "时间 角色 人员 变动 经办".split(),
        [
            (
                _moment(each.pgh_created_at),
                names.get(("group", each.group_id), "—"),
                names.get(("user", each.user_id), "—"),
                "撤销" if each.pgh_label == "delete" else "授予",
                (each.pgh_context or {}).get("name") or "未署名",
            )
            for each in events
        ],
        "本年度没有角色变动。",
    )


def _verified(acts: ActQuerySet) -> Part:
    counted: Counter[str] = Counter()
    unsound: Counter[str] = Counter()
    for at, sound in acts.of(Verb.VERIFY).values_list("at", "details__sound"):
        month = f"{timezone.localtime(at):%Y-%m}"
        counted[month] += 1
        unsound[month] += not sound
    return Part(
        "六、操作日志是否完整",
        "日志核验",
        "日志每几分钟封存一次，每夜全部重新核验。",
        "月份 核验次数 未通过次数".split(),
        [(month, counted[month], unsound[month]) for month in sorted(counted)],
        "本年度还没有核验。",
    )


def _names(events: Sequence[Any]) -> dict[tuple[str, int], str]:
    """The people and roles of memberships, by ("user" | "group", key)."""
    return dict(_named(events))


def _named(events: Sequence[Any]) -> Iterator[tuple[tuple[str, int], str]]:
    group = apps.get_model("auth", "Group")
    wanted = {(get_user_model(), each.user_id) for each in events} | {(group, each.group_id) for each in events}
    for (model, key), name in words.names(wanted).items():
        yield ("group" if model is group else "user", key), name


def _new_year(year: int) -> datetime:
    return timezone.make_aware(datetime(year, 1, 1))  # noqa: DTZ001


def _day(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}"


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
