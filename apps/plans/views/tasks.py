"""What became of a plan: its tasks, reported by its unit, seen by the office."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.views.generic import DetailView, TemplateView, UpdateView

from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.tables import arranged
from apps.plans import selectors, services
from apps.plans.enums import Progress
from apps.plans.forms import TaskForm
from apps.plans.models import Task
from apps.plans.tables import TaskTable
from apps.plans.views.plans import PlanPage


class PlanTasks(PlanPage, DetailView):
    """What follows from a plan: its tasks, how far they are, and what is late."""

    template_name = "plans/tasks.html"
    context_object_name = "plan"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [(self.room, reverse("plans:list")), (str(self.object), self.object.get_absolute_url()), ("工作任务", None)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        doing = selectors.doing(self.object)
        timeline = selectors.timeline(task for task in doing.tasks if task.progress != Progress.DROPPED)
        may_edit = self.request.user.has_perm("plans.edit", self.object)
        return super().get_context_data(doing=doing, timeline=timeline, may_edit=may_edit, **kwargs)


class TaskBoard(Guarded, TemplateView):
    """How far every unit is with the tasks of a year, for whoever sees more than one; a unit goes on to its own."""

    permission = "plans.view"
    template_name = "plans/task_board.html"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("工作方案", reverse("plans:list")), ("工作任务", None)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, asked = self.request.user, self.request.GET.get("year")
        years = selectors.task_years(user)
        running = timezone.localdate().year
        year = next((each for each in years if str(each) == asked), running if running in years else next(iter(years), running))
        lines = selectors.task_lines(year=year, user=user)
        counts = {name: sum(getattr(line.doing, name) for line in lines) for name in ("done", "total", "overdue")}
        table = arranged(self.request, TaskTable(lines))
        table.caption = f"{year}年工作任务完成情况"
        share = counts["done"] / counts["total"] if counts["total"] else None
        return super().get_context_data(years=years, year=year, table=table, lines=lines, share=share, **counts, **kwargs)


class TaskReport(Guarded, FormPage, UpdateView):
    """The unit reports a task done, or how it stands."""

    permission = "plans.edit"
    model = Task
    form_class = TaskForm
    title = "填报完成情况"
    lead = "约需 1 分钟。"

    def get_queryset(self) -> Any:
        return Task.objects.visible_to(self.request.user).select_related("plan__window", "organization")

    @property
    def eyebrow(self) -> str:
        return f"{self.object.title}（{self.object.starts_on:%Y-%m-%d} 至 {self.object.ends_on:%Y-%m-%d}）"

    @property
    def back_url(self) -> str:
        return self.object.get_absolute_url()

    def save(self, form: Any) -> str:
        task = services.tasks.report(task=form.instance, seen=form.cleaned_data["seen"], by=self.request.user, **form.facts)
        return "已登记完成。" if task.done_on else "已保存。"
