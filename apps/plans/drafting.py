"""What the page of a draft shows beside the form, and what it is told when it saves itself."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import escape

from apps.core import rich_text
from apps.plans import selectors
from apps.plans.forms import PlanForm, seen_of
from apps.plans.models import Plan
from apps.plans.sections import STAGES
from apps.plans.services import Written
from apps.plans.suggestions import suggested


def beside(form: PlanForm, user: Any) -> dict[str, Any]:
    """The context of the page: each part with what last year's plan said there, the list of what is still to do, who else is here."""
    plan: Plan = form.instance
    before = selectors.last_year(plan)
    was = {name: rich_text.clean(text) for name, text in before.texts.items()} if before else {}
    if before:
        was[STAGES] = "".join(f"<p>{escape(line)}</p>" for line in _lines(before))
    known = suggested(plan.organization)
    return {
        **_state(plan, before, user),
        "parts": [
            {"section": section, "field": field, "was": was.get(section.key, ""), "known": known.get(section.key)}
            for section, field in form.parts_in_order
        ],
        "before": before,
        "figures": selectors.figures(plan=plan, user=user),
    }


def shown(plan: Plan, user: Any) -> dict[str, Any]:
    """What the page of a plan shows besides its text: figures (today's in a draft, else as handed in), the stages drawn, its tasks."""
    return {
        "figures": selectors.figures(plan=plan, user=user) if plan.is_editable else plan.figures,
        "timeline": selectors.timeline(plan.stages.all()),
        "doing": selectors.doing(plan),
        "carried": carried_titles(plan) if plan.is_editable else [],
    }


def carried_titles(plan: Plan) -> list[str]:
    carried = selectors.carried_over(plan, selectors.last_year(plan))
    return [title for name, title in selectors.titles(plan).items() if name in carried]


def told(form: PlanForm, written: Written, user: Any) -> dict[str, Any]:
    """What a page that saved itself learns: what it may take as seen, what others changed, and what both did."""
    plan, parts = written.plan, written.plan.parts()
    for name in written.colliding:
        form.put_beside(name, parts[name], written)
    state = _state(plan, selectors.last_year(plan), user)
    seen = seen_of({name: value for name, value in parts.items() if name not in written.colliding})
    return {
        "seen": seen,
        "taken": {name: form.drawn_rows(parts[name]) if name == STAGES else parts[name] for name in written.taken},
        "theirs": {name: _note(form, name) for name in written.colliding},
        "notice": taken_sentence(written) if written.taken else "",
        "carried": sorted(state["carried"]),
        "checklist": render_to_string("plans/checklist.html", state),
        "version": plan.version,
    }


def collision_sentence(written: Written) -> str:
    return f"{_who(written)}也修改了{_named(written, written.colliding)}，与您写的不一样。请选用一份，其余内容已保存。"


def taken_sentence(written: Written) -> str:
    return f"{_who(written)}修改了{_named(written, written.taken)}，已合并到这份草稿。"


def _state(plan: Plan, before: Plan | None, user: Any) -> dict[str, Any]:
    carried = selectors.carried_over(plan, before)
    return {
        "plan": plan,
        "carried": carried,
        "checklist": selectors.checklist(plan, carried),
        "others": [(name, max(1, round((timezone.now() - at).total_seconds() / 60))) for name, at in selectors.also_editing(plan, user)],
    }


def _who(written: Written) -> str:
    at = timezone.localtime(written.theirs_at) if written.theirs_at else timezone.localtime()
    return f"{written.theirs_by} {formats.date_format(at, 'H:i' if at.date() == timezone.localdate() else 'n月j日 H:i')} "


def _named(written: Written, names: tuple[str, ...]) -> str:
    titles = selectors.titles(written.plan)
    return "、".join(f"“{titles[name]}”" for name in names)


def _lines(plan: Plan) -> list[str]:
    return [str(stage) for stage in plan.stages.all()]


def _note(form: PlanForm, name: str) -> str:
    holder: Any = form.parts[name] if name == STAGES else form.fields[name]
    return render_to_string("core/lifecycle/theirs.html", {"holder": holder, "id": f"id_{name}", "name": name})
