from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.generic import View
from django.views.generic.detail import SingleObjectMixin
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from apps.audit.taking import Taken
from apps.core.guard import Guarded
from apps.core.lifecycle import views as lifecycle
from apps.core.pages import AllPages
from apps.core.tables import Table
from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.rooms import selectors, services
from apps.rooms.filters import SchoolFilter
from apps.rooms.forms import RoomForm
from apps.rooms.models import Room
from apps.rooms.tables import SchoolTable


class RoomPage(lifecycle.ReportMixin):
    """What every page about a room shares."""

    model = Room
    services = services
    room = "队室"
    related = ("organization__school", "county", "checklist", "submitted_by", "updated_by", "created_by")
    permission = "rooms.view"

    def get_queryset(self) -> Any:
        return super().get_queryset().prefetch_related("checklist__items")


class RoomList(Guarded, Taken, SingleTableMixin, FilterView):
    """Every school and its room, for whoever watches over schools; a counselor's own school, for whoever registers one."""

    permission = "rooms.view"
    template_name = "rooms/list.html"
    filterset_class = SchoolFilter
    table_class = SchoolTable
    table_pagination = {"paginator_class": AllPages}
    strict = False

    def get_queryset(self) -> Any:
        return selectors.schools(user=self.request.user, day=timezone.localdate())

    def get_table_kwargs(self) -> dict[str, Any]:
        return {} if scope_for(self.request.user, "rooms.view").everything else {"exclude": ("county",)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.request.user.has_perm("rooms.edit"):
            return {**context, "own": self.get_queryset().in_scope(scope_for(self.request.user, "rooms.edit"))}
        return {**context, "tally": selectors.tally(self.get_queryset())}

    def tables(self, context: dict[str, Any]) -> dict[str, Table]:
        return {} if "own" in context else super().tables(context)


class RoomCreate(lifecycle.ReportCreate):
    """Begin the room of one's own school."""

    permission = "rooms.edit"
    model = Room

    def begin(self, school: int) -> Room:
        own = Organization.objects.in_scope(scope_for(self.request.user, "rooms.edit")).of_kind(Kind.SCHOOL)
        return services.draft(organization=get_object_or_404(own.select_related("school"), pk=school), by=self.request.user)


class RoomDetail(RoomPage, lifecycle.ReportDetail):
    template_name = "rooms/detail.html"
    submit_note = "提交后由上级少先队组织确认，确认前不能修改；需要修改时可请上级退回。"


class RoomEdit(RoomPage, lifecycle.ReportEdit):
    permission = "rooms.edit"
    template_name = "rooms/form.html"
    form_class = RoomForm
    lead = "约需 5 分钟。填写时自动保存，可以随时离开，以后接着填。"


class RoomMissing(RoomPage, SingleObjectMixin, View):
    """What the room in the form, not yet saved, still lacks: the answer beside the boxes as they are ticked."""

    permission = "rooms.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = RoomForm(data=request.POST, instance=self.get_object())
        return render(request, "rooms/missing.html", {"shortfalls": form.shortfalls()})


class RoomSubmit(RoomPage, lifecycle.ReportSubmit):
    permission = "rooms.submit"

    def act(self, report: Any, version: int) -> str:
        super().act(report, version)
        return "已提交，等待上级少先队组织确认。"


class RoomApprove(RoomPage, lifecycle.ReportApprove):
    pass


class RoomReturn(RoomPage, lifecycle.ReportReturn):
    pass
