from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView

from apps.core.errors import Conflict
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.plans.template import services
from apps.plans.template.forms import TemplateForm
from apps.years.models import Window


class TemplateEdit(Guarded, FormPage, FormView):
    """Which parts a year's plans have, and how a county sees them."""

    permission = "years.open"
    template_name = "plans/template.html"
    form_class = TemplateForm

    @cached_property
    def window(self) -> Window:
        return get_object_or_404(Window.objects.of_kind("plans"), year=self.kwargs["year"])

    @cached_property
    def settled(self) -> bool:
        return services.is_settled(self.window)

    @property
    def title(self) -> str:
        return f"{self.kwargs['year']}年方案模板"

    @property
    def back_url(self) -> str:
        return reverse("years:year", args=[self.kwargs["year"]])

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("年度", reverse("years:list")), (f"{self.kwargs['year']}年", self.back_url), ("方案模板", None)]

    def get_success_url(self) -> str:
        return self.request.path

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        year = self.kwargs["year"]
        if not Window.objects.of_kind("plans").of_year(year).exists():
            messages.info(request, f"{year}年度还没有开放。开放后沿用上一年的模板，再到这里修改。")
            return redirect("years:settings", year)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "sections": list(self.window.sections.all()), "settled": self.settled}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sections = list(self.window.sections.all())
        drafts = services.drafts(self.window)
        return super().get_context_data(window=self.window, settled=self.settled, sections=sections, drafts=drafts, **kwargs)

    def save(self, form: Any) -> str:
        services.save(window=self.window, parts=form.rows.rows(), by=self.request.user, seen=form.cleaned_data["seen"])
        return f"{self.title}已保存。"

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        form.show_theirs(list(self.window.sections.all()))
        form.add_error(None, conflict.message)
        return self.render_to_response(self.get_context_data(form=form), status=409)
