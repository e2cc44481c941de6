"""The people of one's own organizations, on the page or as a file. Either way the log keeps who looked, for what, and at how many."""

from typing import Any

from django.utils import timezone
from django_filters.views import FilterView

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.audit.taking import Taken, words
from apps.core.guard import Guarded
from apps.core.pages import AllPages
from apps.core.tables import arranged
from apps.organizations.grants import scope_for
from apps.people import selectors
from apps.people.filters import PersonFilter
from apps.people.models import Person
from apps.people.tables import PersonTable


def people_for(user: Any) -> Any:
    return Person.objects.visible_to(user).with_state(timezone.now()).with_posts(user).order_by("contact__organization__path", "name", "pk")


class PersonList(Guarded, Taken, FilterView):
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
        chosen = self.filterset.form.cleaned_data.get("organization") if self.filterset.form.is_valid() else None
        may_hand_over = chosen and selectors.posts_for(self.request.user).filter(pk=chosen.pk).exists()
        return super().get_context_data(table=table, shown=shown, chosen=chosen, may_hand_over=may_hand_over, **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        if not self.format:
            table, shown = context["table"], context["shown"]
            details = {"filters": words(self.filterset), "shown": shown, "found": table.paginator.count, "page": table.page.number}
            audit.record(Verb.VIEW_CONTACTS, f"人员账号，显示 {shown} 人", details=details)
        return super().render_to_response(context, **kwargs)
