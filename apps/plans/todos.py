from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.core import todos
from apps.core.lifecycle.enums import State
from apps.core.todos import Todo
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.models import Organization
from apps.plans import selectors
from apps.plans.models import Plan, Task
from apps.years import selectors as years
from apps.years.models import Window


@todos.source
def to_review(user: Any) -> Iterator[Todo]:
    """The city office: plans that wait for a decision."""
    if waiting := Plan.objects.reviewable_by(user).count():
        yield Todo("工作方案待审核", reverse("plans:list"), "各报送单位已上报，请审核。", count=waiting)
    if waiting := Plan.objects.signable_by(user).count():
        yield Todo("工作方案待签发", reverse("plans:list"), "已通过初审，请签发。", count=waiting)


@todos.source
def to_write(user: Any) -> Iterator[Todo]:
    """A reporting unit: plans to begin, to finish, to revise."""
    if "plans.edit" not in grants_of(user):
        return
    today, now = timezone.localdate(), timezone.now()
    unit = Organization.objects.in_scope(scope_for(user, "plans.edit")).counties().get()
    windows = {window.year: window for window in Window.objects.of_kind("plans")}
    open_now = set(Window.objects.of_kind("plans").open_for(unit, today))
    for standing in selectors.ledger(unit=unit, windows=list(windows.values()), user=user):
        window, plan = windows[standing.year], standing.report
        if plan is not None and plan.state == State.RETURNED and window in open_now:
            yield Todo(
                f"{plan}被退回", plan.get_absolute_url(), "请按意见修改后重新上报。", due=window.due_at, tone="warning", came_back=True
            )
        elif window in open_now and (plan is None or plan.state == State.DRAFT):
            late = now > window.due_at
            url = plan.get_absolute_url() if plan else reverse("plans:list")
            text = "已超过上报期限，请尽快上报。" if late else "填好后上报市少工委办公室。"
            yield Todo(f"填报{window}工作方案", url, text, due=window.due_at, tone="warning" if late else "action")


@todos.source
def overdue_tasks(user: Any) -> Iterator[Todo]:
    """A reporting unit: tasks of its plans whose day has passed, the plan of each in one line."""
    if "plans.edit" not in grants_of(user):
        return
    late = Task.objects.in_scope(scope_for(user, "plans.edit")).overdue_on(timezone.localdate()).select_related("plan__window")
    plans = {task.plan_id: task.plan for task in late}
    for plan in plans.values():
        titles = [task.title for task in late if task.plan_id == plan.pk]
        yield Todo(
            f"{plan.window}工作任务已过期限", reverse("plans:tasks", args=[plan.pk]), "、".join(titles[:3]), len(titles), tone="warning"
        )


@todos.source
def overdue_elsewhere(user: Any) -> Iterator[Todo]:
    """The city office: how many tasks of the units are late. Theirs to do, so it is only said."""
    if "plans.review" not in grants_of(user):
        return
    late = Task.objects.visible_to(user).overdue_on(timezone.localdate())
    if count := late.count():
        units = late.order_by().values("organization").distinct().count()
        yield Todo("各单位逾期的工作任务", reverse("plans:task_board"), f"涉及 {units} 个单位。", count, tone="info")


@todos.source
def still_out(user: Any) -> Iterator[Todo]:
    """The city office: who has not handed in yet."""
    if "years.open" not in grants_of(user):
        return
    for window in Window.objects.of_kind("plans").open_on(timezone.localdate()):
        missing = [str(each) for each in years.missing(window=window, user=user)]
        if missing:
            late = timezone.now() > window.due_at
            url = f"{reverse('plans:list')}?year={window.year}"
            text = f"{'已过上报期限：' if late else ''}{'、'.join(missing)}"
            yield Todo(f"还没有上报{window}工作方案的单位", url, text, len(missing), window.due_at, "warning" if late else "info")
