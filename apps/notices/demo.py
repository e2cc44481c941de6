"""What the demo's people have been told: of each report that moved in the last weeks its last step, and a mail or two to look at."""

from datetime import date, timedelta
from random import Random

from django.apps import apps
from django.utils import timezone

from apps.core.lifecycle.enums import State as ReportState
from apps.notices.enums import Channel, State
from apps.notices.models import Delivery, Notice, Robot
from apps.notices.services import deliveries, events
from apps.notices.services.steps import tell_step
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, TenantReport

DAYS, UNREAD_DAYS = 21, 7


def load(*, today: date, random: Random) -> None:
    now = timezone.now()
    models = [model for model in apps.get_models() if issubclass(model, TenantReport)]
    for model in models:
        for report in model._default_manager.exclude(state=ReportState.DRAFT).filter(updated_at__isnull=False):
            step = report.steps.last()  # type: ignore[attr-defined]
            if step is not None and now - timedelta(days=DAYS) < step.at <= now:
                tell_step(report, step)
    events.fan_out()
    Notice.objects.update(send_at=None)  # it has long been said
    for notice in Notice.objects.filter(at__lt=now - timedelta(days=UNREAD_DAYS)):
        notice.read_at = notice.at + timedelta(minutes=random.randint(5, 600))
        notice.save(update_fields=["read_at"])
    _channels()


def _channels() -> None:
    """A robot that is switched off, for a demo writes to nobody; and what became of some mails."""
    city = Organization.objects.get(kind=Kind.CITY)
    address = "https://oapi.dingtalk.com/robot/send?access_token=demo"
    Robot.objects.create(organization=city, county=city, name="市少工委办公室工作群", webhook=address, is_active=False)
    read = Notice.objects.read().filter(organization__kind__in=[Kind.CITY, Kind.COUNTY]).order_by("-at", "pk")[:6]
    ends = [(State.SENT, "")] * 4 + [(State.UNKNOWN, deliveries.CUT_OFF), (State.FAILED, "收件地址被拒收：550 User unknown")]
    for notice, (state, error) in zip(read, ends, strict=False):
        at = notice.at + timedelta(minutes=1)
        notice.delivery = Delivery.objects.create(
            channel=Channel.MAIL,
            user_id=notice.user_id,
            subject=notice.title,
            state=state,
            error=error,
            attempts=1,
            not_before=at,
            created_at=at,
            claimed_at=at,
            done_at=at,
            **notice.tenancy(),
        )
        notice.save(update_fields=["delivery"])
