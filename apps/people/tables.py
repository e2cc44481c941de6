from typing import Any

import django_tables2 as tables
from django.utils.html import format_html, format_html_join

from apps.core.scope import Scope
from apps.core.tables import MomentColumn, Table
from apps.organizations.enums import Kind
from apps.people.models import Person

UNDER = '<br><span class="hint">{}</span>'
BELOW_COUNTY = (Kind.TOWN, Kind.SCHOOL)


class PersonTable(Table):
    """The people of some organizations: where they serve, what they may do there, how to reach them, and how their account stands."""

    name = tables.Column("姓名")
    username = tables.Column("账号")
    home = tables.Column("单位", order_by=("contact__organization__path", "name"), empty_values=())
    posts = tables.Column("角色", orderable=False, empty_values=())
    reach = tables.Column("联系方式", orderable=False, empty_values=(), exclude_from_export=True)
    last_login = MomentColumn("最近登录", default="从未登录", order_by="seen_at")
    state = tables.Column("状态", order_by=("state", "seen_at"))
    county = tables.Column("报送单位", accessor="reach__county", visible=False)
    phone = tables.Column("联系电话", accessor="reach__phone", visible=False)
    email = tables.Column("电子邮箱", accessor="reach__email", visible=False)

    caption = "人员账号"

    class Meta:
        sequence = ("name", "username", "home", "county", "posts", "reach", "phone", "email", "last_login", "state")
        empty_text = "没有找到符合条件的人员，请换个姓名或清除条件再试。"

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope

    def render_name(self, value: str, record: Person) -> str:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), value)

    def render_home(self, record: Person) -> str:
        contact, home = record.reach, record.home
        if contact is None or home is None:
            return format_html('<span class="hint">{}</span>', "其他单位")
        above = contact.county if self.scope.everything else home.parent
        return format_html("<span>{}{}</span>", home, format_html(UNDER, above) if home.kind in BELOW_COUNTY and above else "")

    def value_home(self, record: Person) -> str:
        return str(record.home) if record.home else "其他单位"

    def value_posts(self, record: Person) -> str:
        return "、".join(map(str, record.holdings_in(self.scope)))

    def render_posts(self, record: Person) -> str:
        """The organization is named where it is not the one beside it."""
        shown = record.holdings_in(self.scope)
        parts = [(held.get_role_display(), "" if held.organization == record.home else str(held.organization)) for held in shown]
        if len(record.holdings) > len(shown):
            parts.append(("", "另在其他单位任职"))
        return format_html_join("", '<span class="post">{}<span class="hint">{}</span></span>', parts or [("", "没有角色")])

    def render_reach(self, record: Person) -> str:
        contact = record.reach
        lines = [line for line in (contact.phone, contact.email) if line] if contact else []
        return (
            format_html('<span class="reach">{}</span>', format_html_join("", "<span>{}</span>", [(line,) for line in lines]))
            if lines
            else "—"
        )

    def render_state(self, record: Person) -> str:
        return format_html('<span class="tag tag-{}">{}</span>', record.state_tone, record.state_words)
