"""Applications for more time: asked by a unit, answered by the city."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import CreateView, DetailView, FormView, TemplateView, View
from django.views.generic.detail import SingleObjectMixin

from apps.audit.taking import Taken
from apps.core.errors import Conflict, DomainError
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.pages import Pages
from apps.core.tables import arranged
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.years import registry
from apps.years.forms import AnswerForm, ExtensionForm
from apps.years.models import Extension, Window
from apps.years.services import extensions
from apps.years.tables import ExtensionTable

LIST = "延期申请"


class ExtensionPage(Guarded):
    """Looks an application up among what the user sees."""

    permission = "years.view"
    model = Extension

    def get_queryset(self) -> Any:
        return Extension.objects.visible_to(self.request.user).for_list()

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("年度", reverse("years:list")), (LIST, reverse("years:extensions")), (str(self.object), None)]  # type: ignore[attr-defined]


class ExtensionList(Guarded, Taken, TemplateView):
    """Every application that the user sees, those that wait first."""

    permission = "years.view"
    template_name = "years/extensions.html"
    crumbs = (("年度", reverse_lazy("years:list")), (LIST, None))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = Extension.objects.visible_to(self.request.user).for_list().waiting_first()
        return super().get_context_data(table=arranged(self.request, ExtensionTable(found), pages=Pages), **kwargs)


class ExtensionDetail(ExtensionPage, DetailView):
    """One application and what became of it."""

    template_name = "years/extension.html"
    context_object_name = "extension"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, extension = self.request.user, self.object
        report = registry.kind(extension.window.kind).reports.objects.visible_to(user).filter(window=extension.window)
        return super().get_context_data(
            may_withdraw=extension.is_open and user.has_perm("years.ask", extension),
            may_answer=extension.is_open and user.has_perm("years.open", extension),
            report=report.filter(organization=extension.organization).first(),
            **kwargs,
        )


class Ask(Guarded, FormPage, CreateView):
    """A unit asks for more time for one report."""

    permission = "years.ask"
    model = Extension
    form_class = ExtensionForm
    template_name = "years/ask.html"
    submit_label = "提交申请"

    @cached_property
    def unit(self) -> Organization:
        units = Organization.objects.in_scope(scope_for(self.request.user, self.permission)).counties()
        return get_object_or_404(units, pk=self.kwargs["unit"])

    @cached_property
    def window(self) -> Window:
        return get_object_or_404(Window.objects.of_kind(self.kwargs["kind"]), year=self.kwargs["year"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if sentence := extensions.needless(window=self.window, organization=self.unit):
            messages.warning(request, sentence)
            return redirect(self.back_url)
        return super().get(request, *args, **kwargs)

    @property
    def title(self) -> str:
        return f"申请延期：{self.window.label}"

    @property
    def eyebrow(self) -> str:
        return self.unit.name

    @property
    def back_url(self) -> str:
        return reverse("years:year", args=[self.window.year])

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("年度", reverse("years:list")), (f"{self.window.year}年", self.back_url), (self.title, None)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        until = self.window.until(self.unit)
        last = max(self.window.closes_on, until or self.window.closes_on)
        return super().get_context_data(window=self.window, last=last, today=timezone.localdate(), **kwargs)

    def save(self, form: Any) -> str:
        facts = form.cleaned_data
        extensions.ask(window=self.window, organization=self.unit, by=self.request.user, **facts)
        return "申请已提交，市少工委办公室答复后会通知您。"


class Withdraw(ExtensionPage, SingleObjectMixin, View):
    """The unit takes its application back."""

    permission = "years.ask"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        extension = self.get_object()
        try:
            extensions.withdraw(extension=extension, by=request.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "申请已撤回。")
        return redirect(extension)


class Answer(ExtensionPage, FormPage, SingleObjectMixin, FormView):
    """The city grants a day or says why not."""

    permission = "years.open"
    form_class = AnswerForm
    template_name = "years/answer.html"

    @cached_property
    def object(self) -> Any:
        return self.get_object()

    @property
    def title(self) -> str:
        return f"答复{self.object.organization}的延期申请"

    @property
    def back_url(self) -> str:
        return self.object.get_absolute_url()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.is_open:
            messages.info(request, f"这份申请{self.object.get_answer_display()}。")
            return redirect(self.object)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "extension": self.object}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(extension=self.object, **kwargs)

    def save(self, form: Any) -> str:
        until, note, by = form.cleaned_data["until"], form.cleaned_data["note"], self.request.user
        if form.refuses:
            extensions.refuse(extension=self.object, note=note, by=by)
            return "已答复不予批准。"
        granted = extensions.grant(extension=self.object, until=until, note=note, by=by)
        return f"已批准延至 {granted.until:%Y-%m-%d}，{granted.organization}在此之前可以上报，按逾期记录。"

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        messages.error(self.request, conflict.message)
        return redirect(self.back_url)
