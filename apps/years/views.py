from typing import Any

from django.http import Http404
from django.urls import reverse
from django.views.generic import TemplateView, UpdateView

from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.years import registry, selectors
from apps.years.forms import WindowForm
from apps.years.models import Window
from apps.years.services import windows


class YearList(Guarded, TemplateView):
    """The years and when each kind of report is taken."""

    permission = "years.view"
    template_name = "years/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(windows=Window.objects.all(), may_open=self.request.user.has_perm("years.open"), **kwargs)


class WindowEdit(Guarded, FormPage, UpdateView):
    """Open a year for one kind of report, or change until when it is taken."""

    permission = "years.open"
    template_name = "years/window_form.html"
    form_class = WindowForm
    model = Window
    lead = "保存后，各报送单位在开始日期和截止日期之间可以填报；过了上报期限的按逾期记录。"

    @property
    def title(self) -> str:
        return f"{self.object.label}填报时间"

    @property
    def back_url(self) -> str:
        return reverse("years:list")

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("年度设置", reverse("years:list")), (self.title, None)]

    def get_object(self, queryset: Any = None) -> Window:
        if self.kwargs["kind"] not in {kind.key for kind in registry.kinds()}:
            raise Http404
        return selectors.window_of(self.kwargs["kind"], self.kwargs["year"])

    def save(self, form: Any) -> str:
        facts = {**form.facts, "seen": form.cleaned_data["seen"]}
        return (
            f"{windows.set_days(year=self.kwargs['year'], kind=self.kwargs['kind'], by=self.request.user, **facts).label}的填报时间已保存。"
        )
