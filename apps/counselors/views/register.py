"""The register of counselors: the list, and the pages on which it is kept up to date."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.pages import AllPages
from apps.counselors.filters import LEFT, CounselorFilter
from apps.counselors.forms import AppointForm, CounselorForm, LeaveForm
from apps.counselors.models import Counselor
from apps.counselors.services import register
from apps.counselors.tables import CounselorTable
from apps.organizations.grants import scope_for

Crumbs = list[tuple[str, str | None]]


def crumbs(*more: tuple[str, str | None]) -> Crumbs:
    return [("辅导员台账", reverse("counselors:register")), *more]


class Register(Guarded, SingleTableMixin, FilterView):
    """Who is a counselor where, and who has been trained."""

    permission = "counselors.view"
    template_name = "counselors/register.html"
    filterset_class = CounselorFilter
    table_class = CounselorTable
    table_pagination = {"paginator_class": AllPages}
    strict = False

    def get_queryset(self) -> Any:
        found = Counselor.objects.visible_to(self.request.user).select_related("organization", "county")
        found = found.order_by("county__position", "organization__path", "post", "name", "pk")
        return found if self.has_left else found.serving_on(timezone.localdate())

    @property
    def has_left(self) -> bool:
        """Those who left are asked for by themselves."""
        return self.request.GET.get("state") == LEFT

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"kept": scope_for(self.request.user, "counselors.keep"), "exclude": () if self.has_left else ("until",)}


class RegisterForm(Guarded, FormPage, FormView):
    """A form of the register."""

    permission = "counselors.keep"

    @property
    def back_url(self) -> str:
        return reverse("counselors:register")

    @property
    def crumbs(self) -> Crumbs:
        return crumbs((self.title, None))


class CounselorAppoint(RegisterForm):
    form_class = AppointForm
    title = "登记辅导员"
    lead = "约需 1 分钟。只登记成年人，不填电话和住址。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def save(self, form: Any) -> str:
        counselor = register.appoint(by=self.request.user, **form.cleaned_data)
        return f"{counselor.organization}{counselor.get_post_display()}{counselor}已登记。"


class CounselorPage(SingleObjectMixin, RegisterForm):
    """Looks a counselor up among those whom the user sees."""

    model = Counselor
    object: Any

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().post(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return Counselor.objects.visible_to(self.request.user).select_related("organization")

    @property
    def eyebrow(self) -> str:
        return f"{self.object.organization} {self.object.get_post_display()}"


class CounselorEdit(CounselorPage):
    form_class = CounselorForm
    template_name = "counselors/counselor.html"

    @property
    def title(self) -> str:
        return f"修改{self.object}的资料"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.object}

    def save(self, form: Any) -> str:
        counselor = register.amend(counselor=form.instance, by=self.request.user, seen=form.cleaned_data["seen"], **form.facts)
        return f"{counselor}的资料已保存。"


class CounselorLeave(CounselorPage):
    """Somebody leaves; the row stays, with the day."""

    form_class = LeaveForm
    submit_label = "登记离任"
    lead = "离任后不再计入在任辅导员，以前的记录保留；再次任职的，需要重新登记。"

    @property
    def title(self) -> str:
        return f"{self.object}离任"

    def get_initial(self) -> dict[str, Any]:
        return {"until": timezone.localdate()}

    def save(self, form: Any) -> str:
        counselor = register.leave(counselor=self.object, on=form.cleaned_data["until"], by=self.request.user)
        return f"{counselor}已于 {counselor.until} 离任。"
