"""The people of one's own organizations: on the page, and as a workbook. Either way the log keeps who looked, for what, and at how many."""

from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.views import View
from django_filters.views import FilterView

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import exports
from apps.core.guard import Guarded
from apps.core.pages import AllPages
from apps.core.tables import arranged
from apps.core.throttle import EXPORT
from apps.organizations.grants import scope_for
from apps.people import selectors
from apps.people.filters import PersonFilter
from apps.people.models import Person
from apps.people.tables import PersonTable

HEADS = ("姓名", "账号", "单位", "报送单位", "角色", "联系电话", "电子邮箱", "最近登录", "状态")
WIDTHS = (12, 20, 28, 16, 48, 18, 28, 18, 12)


def people_for(user: Any) -> Any:
    return Person.objects.visible_to(user).with_state(timezone.now()).with_posts(user).order_by("contact__organization__path", "name", "pk")


def asked(filterset: PersonFilter) -> dict[str, str]:
    """What the list was narrowed to, in words, for the log."""
    form = filterset.form
    chosen = form.cleaned_data if form.is_valid() else {}
    return {str(form.fields[name].label): str(value) for name, value in chosen.items() if value not in (None, "")}


class PersonList(Guarded, FilterView):
    """Who has an account here and below, and how it stands."""

    permission = "people.view"
    template_name = "people/list.html"
    filterset_class = PersonFilter
    strict = False

    def get_queryset(self) -> Any:
        return people_for(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = scope_for(self.request.user, "people.view")
        table = arranged(self.request, PersonTable(self.object_list, scope=scope), pages=AllPages)
        shown = len(table.paginated_rows.data) if table.paginator.count else 0
        details = {"filters": asked(self.filterset), "shown": shown, "found": table.paginator.count, "page": table.page.number}
        audit.record(Verb.VIEW_CONTACTS, f"人员账号，显示 {shown} 人", details=details)
        chosen = self.filterset.form.cleaned_data.get("organization") if self.filterset.form.is_valid() else None
        may_hand_over = chosen and selectors.posts_for(self.request.user).filter(pk=chosen.pk).exists()
        return super().get_context_data(table=table, shown=shown, chosen=chosen, may_hand_over=may_hand_over, **kwargs)


class PersonExport(Guarded, View):
    """The list as it is filtered, as a workbook."""

    permission = "people.view"
    throttle = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        found = PersonFilter(request.GET, queryset=people_for(request.user), request=request)
        scope = scope_for(request.user, "people.view")
        rows = [_row(person, scope) for person in found.qs]
        audit.record(Verb.EXPORT, f"人员账号，{len(rows)} 人", details={"filters": asked(found), "count": len(rows)})
        name = f"人员账号{timezone.localdate():%Y%m%d}.xlsx"
        file = exports.workbook([exports.Sheet("人员账号", HEADS, rows, WIDTHS)])
        return FileResponse(file, as_attachment=True, filename=name, content_type=exports.FORMATS["xlsx"])


def _row(person: Person, scope: Any) -> list[str]:
    contact, home = person.reach, person.home
    posts = [str(held) for held in person.holdings_in(scope)]
    where = [str(home), str(contact.county)] if contact and home else ["其他单位", ""]
    reach = [contact.phone, contact.email] if contact else ["", ""]
    return [person.name, person.username, *where, "、".join(posts), *reach, _moment(person.last_login), person.state_words]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "从未登录"
