"""What was handed in stays as it is, whoever writes and however: the database says so."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.lifecycle import locks
from apps.core.lifecycle.enums import State
from apps.plans.models import Attachment, Plan, Stage
from apps.supervision.models import SupervisionReport
from tests.factories.plans import PlanFactory
from tests.factories.supervision import handed_in, inspected

LOCKED, OPEN = (State.SUBMITTED, State.APPROVED), (State.DRAFT, State.RETURNED)


def refused(write):
    with pytest.raises(IntegrityError, match="what was handed in is not changed"), transaction.atomic():
        write()
    return True


@pytest.fixture
def plan_in(jiaxing):
    """`plan_in(state)`: a plan of 南湖区 with a stage and a file."""

    def made(state):
        plan = PlanFactory(organization=jiaxing.county())
        Attachment.objects.create(plan=plan, name="附件", content_type="application/pdf", size=1, sha256="0" * 64, **plan.tenancy())
        Plan.objects.filter(pk=plan.pk).update(state=state, submitted_at=timezone.now(), submitted_by=plan.created_by)
        return Plan.objects.get(pk=plan.pk)

    return made


WRITES = {
    "text": lambda plan: Plan.objects.filter(pk=plan.pk).update(texts={"goals": "<p>改</p>"}),
    "figures": lambda plan: Plan.objects.filter(pk=plan.pk).update(figures=[1]),
    "field": lambda plan: Plan.objects.filter(pk=plan.pk).update(leader="改"),
    "field on the way back": lambda plan: Plan.objects.filter(pk=plan.pk).update(leader="改", state=State.RETURNED),
    "row changed": lambda plan: plan.stages.update(title="改"),
    "row added": lambda plan: Stage.objects.create(plan=plan, position=9, **plan.tenancy()),
    "row deleted": lambda plan: plan.stages.all().delete(),
    "file deleted": lambda plan: plan.attachments.all().delete(),
    "file renamed": lambda plan: plan.attachments.update(name="改"),
}


@pytest.mark.parametrize("state", LOCKED)
@pytest.mark.parametrize("write", WRITES)
def test_nothing_of_a_plan_changes_while_it_is_handed_in(plan_in, state, write):
    plan = plan_in(state)
    assert refused(lambda: WRITES[write](plan))


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("write", WRITES)
def test_everything_changes_while_it_is_written(plan_in, state, write):
    WRITES[write](plan_in(state))


def test_state_number_and_dates_change_all_the_same(plan_in):
    plan = plan_in(State.SUBMITTED)
    Plan.objects.filter(pk=plan.pk).update(state=State.APPROVED, number=1, decided_at=timezone.now(), version=9)
    assert Plan.objects.get().number == 1


def test_rows_of_other_reports_are_held_as_well(jiaxing):
    report = handed_in(jiaxing.county())
    inspection = inspected(report)
    assert refused(lambda: report.inspections.update(findings="改"))
    assert refused(lambda: SupervisionReport.objects.update(body_name="改"))
    assert refused(inspection.delete)


def test_every_report_says_which_columns_are_its_words():
    assert {"texts", "figures", "leader", "contact"} == set(locks.words(Plan))
    assert [field.name for field in locks.parts(Stage)] == ["plan"]
