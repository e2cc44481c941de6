"""Group robots of an organization, and trying out whether a channel works."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import seen as seen_rows
from apps.core.errors import DomainError
from apps.notices.models import Event, Robot
from apps.notices.services import mails, robots
from apps.notices.services.channels import InDoubt, Undelivered
from apps.organizations.models import Organization
from apps.organizations.rules import holds
from apps.people.models import Contact

SHOWN = ("name", "is_active")  # what a form shows again
TRIAL = "测试消息"
WORKS = "收到这条消息，说明已经连通。以后的通知会这样发送。"


@transaction.atomic
def connect(*, organization: Organization, name: str, is_active: bool, webhook: str, secret: str, by: Any) -> Robot:
    """Enter a robot of an organization's group. Raises DomainError at the field, PermissionDenied."""
    _refuse_unless_held(by, organization)
    robot = Robot(organization=organization, county_id=organization.county_id)
    return _write(robot, name, is_active, webhook, secret)


@transaction.atomic
def change(*, robot: Robot, name: str, is_active: bool, webhook: str, secret: str, seen: str, by: Any) -> Robot:
    """An empty address or secret leaves it as it is. Raises Conflict, DomainError at the field, PermissionDenied."""
    _refuse_unless_held(by, robot.organization)
    stored = Robot.objects.select_for_update(of=("self",)).get(pk=robot.pk)
    seen_rows.check(stored, SHOWN, seen)
    if webhook and not secret and webhook != stored.webhook:
        stored.secret = ""  # it was the former address's
    return _write(stored, name, is_active, webhook or stored.webhook, secret or stored.secret)


def try_robot(*, robot: Robot, by: Any) -> None:
    """Send a message to the group now. Raises DomainError with what the service answered, PermissionDenied."""
    _refuse_unless_held(by, robot.organization)
    audit.record(Verb.TRY_CHANNEL, f"群机器人：{robot}", details={"robot": robot.pk})
    try:
        robots.send(robot=robot, title=TRIAL, lines=[_trial(f"{robot.organization} {by}")])
    except (Undelivered, InDoubt) as error:
        raise DomainError(f"测试消息没有发出：{error}") from error


def try_mail(*, by: Any) -> str:
    """Send a mail to one's own address now; returns the address. Raises DomainError with the reason."""
    address = address_of(by)
    if not mails.is_on():
        raise DomainError("平台还没有接通邮件服务器，请联系系统管理员。")
    if not address:
        raise DomainError("没有登记您的电子邮箱，请联系管理您账号的负责人补充。")
    audit.record(Verb.TRY_CHANNEL, "电子邮件")
    try:
        # Each trial is a mail of its own, so its number is not used again.
        mails.send(name=str(by), address=address, subject=TRIAL, lines=[_trial(str(by))], number=f"trial.{by.pk}.{mails.once()}")
    except (Undelivered, InDoubt) as error:
        raise DomainError(f"测试邮件没有发出：{error}") from error
    return address


def address_of(user: Any) -> str:
    """Where a person's mail goes; empty when nobody has entered it."""
    return Contact.objects.filter(user=user.pk).values_list("email", flat=True).first() or ""


def _trial(sender: str) -> Event:
    return Event(title=TRIAL, text=f"{WORKS}（{sender}）", url="/notices/")


def _write(robot: Robot, name: str, is_active: bool, webhook: str, secret: str) -> Robot:
    robot.name, robot.is_active, robot.webhook, robot.secret = name, is_active, webhook, secret
    if Robot.objects.filter(county=robot.county_id, organization=robot.organization_id, name=name).exclude(pk=robot.pk).exists():
        raise DomainError("本单位已有同名的群机器人，请换一个名称。", field="name")
    robot.full_clean(exclude=["organization", "county"], validate_constraints=False)
    robot.save()
    return robot


def _refuse_unless_held(by: Any, organization: Organization) -> None:
    if not holds(by, "notices.connect", organization):
        raise PermissionDenied
