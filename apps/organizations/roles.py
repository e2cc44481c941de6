"""Every role, as data: what it is called, what it is for, where it may be held, and what it may do there and below.

A permission reads "<app>.<act>". `review` is special: it is only good for organizations strictly below the one where it is held, so nobody
reviews their own. `appoints` names the roles that a role may give to others, at its own organization and below. docs/permissions.md is this
file as a table.
"""

from dataclasses import dataclass

from apps.organizations.enums import Kind

ROOMS = ("years", "plans", "rooms", "pairings", "counselors", "supervision", "conferences")
# Drafts that a file brings in for schools that have none yet; the school checks and submits them itself.
ENTER = frozenset({"rooms.enter", "pairings.enter", "counselors.enter"})
VIEW_ALL = frozenset({"organizations.view", "coverage.view", *(f"{app}.view" for app in ROOMS)})

PERMISSIONS: dict[str, str] = {
    "organizations.view": "查看组织、村（社区）和学校",
    "organizations.edit": "维护村（社区）和学校的少先队组织",
    "organizations.register": "登记学校，撤并学校和村（社区）",
    "people.view": "查看人员账号和联系方式",
    "people.manage": "管理人员账号和角色",
    "audit.view": "查阅操作日志",
    "coverage.view": "查看覆盖情况",
    "coverage.compute": "重新计算覆盖情况",
    "coverage.steer": "设定分步目标、单独目标和不列入统计的单位",
    "notices.connect": "设置群机器人",
    "years.view": "查看年度设置",
    "years.open": "设置年度、催办、批准延期",
    "years.ask": "申请延期",
    "plans.view": "查看工作方案",
    "plans.edit": "起草工作方案",
    "plans.submit": "上报工作方案",
    "plans.review": "审核工作方案",
    "plans.sign": "签发工作方案",
    "rooms.view": "查看队室",
    "rooms.edit": "登记队室",
    "rooms.enter": "用台账录入队室草稿",
    "rooms.submit": "上报队室",
    "rooms.review": "确认队室",
    "pairings.view": "查看结对",
    "pairings.edit": "发起结对",
    "pairings.enter": "用台账录入结对草稿",
    "pairings.submit": "上报结对",
    "pairings.accept": "接受结对邀请",
    "pairings.review": "确认结对",
    "counselors.view": "查看辅导员台账和辅导员交流",
    "counselors.keep": "维护辅导员台账",
    "counselors.edit": "登记辅导员交流",
    "counselors.enter": "用台账录入辅导员交流草稿",
    "counselors.submit": "上报辅导员交流",
    "counselors.review": "确认辅导员交流",
    "supervision.view": "查看督导情况",
    "supervision.edit": "填写督导情况",
    "supervision.submit": "上报督导情况",
    "supervision.review": "接收督导情况",
    "conferences.view": "查看联席会议",
    "conferences.edit": "记录联席会议",
    "conferences.confirm": "确认联席会议纪要",
}


@dataclass(frozen=True)
class Role:
    key: str
    label: str
    description: str
    levels: frozenset[Kind]
    permissions: frozenset[str]
    appoints: frozenset[str] = frozenset()


def _role(
    key: str, label: str, description: str, levels: set[Kind], permissions: set[str] | frozenset[str], appoints: set[str] | None = None
) -> Role:
    return Role(key, label, description, frozenset(levels), frozenset(permissions), frozenset(appoints or ()))


# Three separate powers (GB/T 22239): who keeps accounts, who reads the log, and who does the work. Whoever holds one of these two holds no
# other role, and only the operator gives them, with `manage.py appoint`.
SEPARATE = frozenset({"sysadmin", "auditor"})


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        _role(
            "city_officer",
            "市少工委办公室工作人员",
            "查看全市情况，审核各地工作方案，接收督导情况",
            {Kind.CITY},
            VIEW_ALL
            | {"people.view", "years.open", "notices.connect", "plans.review", "supervision.review"}
            | {"coverage.compute", "coverage.steer"},
        ),
        _role(
            "city_lead",
            "市少工委办公室负责人",
            "查看全市情况，签发各地工作方案",
            {Kind.CITY},
            VIEW_ALL | {"people.view", "plans.sign"},
        ),
        _role("city_reader", "市级查阅人员", "查看全市情况，不办理", {Kind.CITY}, VIEW_ALL),
        _role(
            "county_lead",
            "县（市、区）少工委负责人",
            "上报工作方案和督导情况，确认本地学校登记的队室、结对和辅导员交流，管理本地账号",
            {Kind.COUNTY},
            VIEW_ALL
            | ENTER
            | {"organizations.edit", "organizations.register", "plans.edit", "plans.submit", "supervision.edit", "supervision.submit"}
            | {"rooms.review", "pairings.review", "counselors.review", "counselors.keep", "people.view", "people.manage"}
            | {"years.ask", "notices.connect", "conferences.edit", "conferences.confirm"},
            appoints={"county_editor", "town_counselor", "school_counselor"},
        ),
        _role(
            "county_editor",
            "县（市、区）少工委工作人员",
            "起草工作方案和督导情况，维护本地组织，用台账为学校录入草稿；不能上报和确认",
            {Kind.COUNTY},
            VIEW_ALL
            | ENTER
            | {"organizations.edit", "organizations.register", "counselors.keep", "plans.edit", "supervision.edit", "conferences.edit"},
        ),
        _role(
            "town_counselor",
            "镇（街道）少先队总辅导员",
            "维护本镇（街道）村、社区和学校的少先队组织和辅导员台账，协助本镇学校",
            {Kind.TOWN},
            {"organizations.view", "organizations.edit", "coverage.view", "rooms.view", "pairings.view"}
            | {"counselors.view", "counselors.keep"},
        ),
        _role(
            "school_counselor",
            "学校少先队大队辅导员",
            "维护本校大队、中队和辅导员台账，登记队室、结对和辅导员交流",
            {Kind.SCHOOL},
            {"organizations.view", "organizations.edit", "coverage.view", "pairings.accept", "counselors.keep"}
            | {f"{app}.{act}" for app in ("rooms", "pairings", "counselors") for act in ("view", "edit", "enter", "submit")},
        ),
        _role("supervisor", "督导员", "查看本级和下级各项工作", {Kind.CITY, Kind.COUNTY}, VIEW_ALL),
        _role("auditor", "审计员", "查阅操作日志和各项工作的办理过程，不办理业务", {Kind.CITY}, VIEW_ALL | {"audit.view"}),
        _role(
            "sysadmin",
            "系统管理员",
            "管理账号和角色，不办理业务，不查阅日志",
            {Kind.CITY},
            {"organizations.view", "people.view", "people.manage"},
            appoints={
                "city_lead",
                "city_officer",
                "city_reader",
                "county_lead",
                "county_editor",
                "town_counselor",
                "school_counselor",
                "supervisor",
            },
        ),
    )
}
