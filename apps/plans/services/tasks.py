"""What follows from an approved plan: its stages become tasks, joint conferences add more, and the unit reports them done."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core import seen as seen_rows
from apps.core.errors import DomainError
from apps.plans.models import Plan, Stage, Task


@transaction.atomic
def lay_down(*, plan: Plan) -> None:
    """Make the tasks of an approved plan from its stages; once, however often it is approved.

    A stage that says what it said keeps its task with everything reported of it; one whose days or people were changed keeps it too, with
    the new ones. What the plan no longer says is dropped, unless it was done.
    """
    earlier = list(plan.tasks.of_stages().select_for_update())
    stages = [stage for stage in plan.stages.all() if stage.is_complete]
    kept = _matched(stages, earlier)
    for task in earlier:
        stage = kept.get(task.pk)
        dropped_at = None if stage or task.done_on else (task.dropped_at or timezone.now())
        facts = {name: getattr(stage, name) for name in Stage.WRITTEN} if stage and not task.done_on else {}
        changed = {name: value for name, value in {**facts, "dropped_at": dropped_at}.items() if getattr(task, name) != value}
        if changed:
            for name, value in changed.items():
                setattr(task, name, value)
            task.save(update_fields=list(changed))
    taken = {stage.pk for stage in kept.values()}
    said = ({name: getattr(stage, name) for name in Stage.WRITTEN} for stage in stages if stage.pk not in taken)
    Task.objects.bulk_create(Task(plan=plan, is_stage=True, **facts, **plan.tenancy()) for facts in said)


@transaction.atomic
def add(*, plan: Plan, title: str, starts_on: date, ends_on: date, responsible: str, by: Any, source: str = "") -> Task:
    """Give the unit of a plan one more thing to do; `source` says who decided it ("2027年第一次联席会议"). Raises DomainError."""
    if plan.frozen:
        raise DomainError(plan.frozen)
    if ends_on < starts_on:
        raise DomainError("结束日期不能早于开始日期。", field="ends_on")
    facts = {"title": title, "starts_on": starts_on, "ends_on": ends_on, "responsible": responsible, "source": source.strip()}
    return Task.objects.create(plan=plan, **facts, **plan.tenancy())


@transaction.atomic
def report(*, task: Task, done_on: date | None, note: str, seen: str, by: Any) -> Task:
    """Say when a task was done and how it went; without a day it is not done yet. Raises Conflict, DomainError."""
    stored = Task.objects.select_for_update(of=("self",)).select_related("plan__window", "plan__organization").get(pk=task.pk)
    if stored.plan.frozen:
        raise DomainError(stored.plan.frozen)
    seen_rows.check(stored, Task.FACTS, seen)
    if stored.dropped_at and not stored.done_on:
        raise DomainError("方案已修订，这项任务不再安排。")
    stored.done_on, stored.note = done_on, note
    stored.full_clean()
    stored.save(update_fields=list(Task.FACTS))
    return stored


def _matched(stages: list[Stage], tasks: list[Task]) -> dict[int, Stage]:
    """Task → the stage that it comes from: first by everything a stage says, then by its title alone."""
    found: dict[int, Stage] = {}
    for names in (Stage.WRITTEN, ("title",)):
        free = [stage for stage in stages if stage not in found.values()]
        for task in tasks:
            same = [stage for stage in free if all(getattr(stage, name) == getattr(task, name) for name in names)]
            if task.pk not in found and same:
                found[task.pk] = same[0]
                free.remove(same[0])
    return found
