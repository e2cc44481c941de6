"""What the steps of a report tell, and whom: who decides next, and at the end whoever wrote it."""

from django.utils import timezone

from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import Report, Slot, Step
from apps.notices.enums import Kind
from apps.notices.services import tell
from apps.organizations.grants import whole_scope
from apps.organizations.models import Organization, TenantReport

WORDS = {"通过": "审核", "接受邀请": "答复"}  # what is waited for, where the button names only one of the answers


def tell_step(report: Report, step: Step) -> None:
    """Called within the step's transaction (apps/core/lifecycle/steps.py)."""
    if not isinstance(report, TenantReport):
        return
    if step.verb == Verb.RETURN:
        _tell_own(report, step, Kind.RETURNED, f"{_name(report)}被退回", f"{_who(step)}：{step.reason}")
        return
    if step.verb == Verb.APPROVE:
        final = report.state == State.APPROVED
        title = f"{_name(report)}已{step.verb_label}" if final else f"{_name(report)}：{step.on_behalf_of or step.by}已{step.verb_label}"
        _tell_own(report, step, Kind.APPROVED, title, _done(step))
    for slot in _opened(report, step):
        late = "已过上报期限。" if report.is_late else ""
        _tell(
            report,
            step,
            slot.about,
            slot.permission,
            Kind.SUBMITTED,
            f"{_name(report)}待{WORDS.get(slot.label, slot.label)}",
            f"{_done(step)}{late}",
            slot.key,
        )


def _opened(report: TenantReport, step: Step) -> list[Slot]:
    """The decisions that this step has made possible."""
    taken = next((slot.stage for slot in report.slots() if slot.key == step.slot), 0)
    return [slot for slot in report.open_slots() if slot.stage > taken]


def _tell_own(report: TenantReport, step: Step, kind: Kind, title: str, text: str) -> None:
    """Whoever may work on it, on every side that it has."""
    for side in report.organizations_in_scope():
        _tell(report, step, side, f"{report._meta.app_label}.edit", kind, title, text, str(side.pk))


def _tell(report: TenantReport, step: Step, addressee: Organization, to: str, kind: Kind, title: str, text: str, key: str) -> None:
    """The row belongs to a side that is in scope of who took the step: of a report about two schools they may see only one."""
    sides, scope = list(report.organizations_in_scope()), whole_scope(step.by)
    tell(
        kind=kind,
        to=to,
        organization=next((side for side in sides if scope.covers(side)), sides[0]),
        addressee=addressee,
        title=title,
        text=text,
        url=report.get_absolute_url(),  # type: ignore[attr-defined]
        key=f"{report._meta.label_lower}.{report.pk}.step.{step.pk}.{key}",
        due=report.due_at if kind == Kind.RETURNED else None,
        by=step.by,
        at=step.at,
    )


def _name(report: TenantReport) -> str:
    """南湖区2027年工作方案; A小学与B小学的结对"""
    name, noun = str(report), str(report._meta.verbose_name)
    return name if noun in name else f"{name}的{noun}"


def _who(step: Step) -> str:
    return f"{step.on_behalf_of} {step.by}".strip()


def _when(step: Step) -> str:
    at = timezone.localtime(step.at)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _done(step: Step) -> str:
    return f"{_who(step)}于 {_when(step)} {step.verb_label}。"
