from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string

from apps.core.scope import Scope
from apps.core.tables import Table
from apps.people.models import Person


def _cell(name: str, label: str, **options: Any) -> tables.TemplateColumn:
    return tables.TemplateColumn(template_name=f"people/{name}_cell.html", verbose_name=label, **options)


class PersonTable(Table):
    """The people of some organizations: where they serve, what they may do there, how to reach them, and how their account stands."""

    name = _cell("name", "姓名")
    username = tables.Column("账号")
    home = _cell("home", "单位", order_by=("contact__organization__path", "name"), empty_values=())
    posts = tables.Column("角色", orderable=False, empty_values=())
    reach = _cell("reach", "联系方式", orderable=False, empty_values=())
    last_login = tables.DateTimeColumn(format="Y-m-d H:i", verbose_name="最近登录", default="从未登录", order_by="seen_at")
    state = _cell("state", "状态", order_by=("state", "seen_at"))

    caption = "人员账号"

    class Meta:
        empty_text = "没有找到符合条件的人员，请换个姓名或清除条件再试。"

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope

    def render_posts(self, record: Person) -> str:
        shown = record.holdings_in(self.scope)
        return render_to_string(
            "people/posts_cell.html", {"shown": shown, "elsewhere": len(record.holdings) - len(shown), "home": record.home}
        )
