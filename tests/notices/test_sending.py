"""Mail to a real server and messages to a real group: once, together, and never again by itself."""

import base64
import hashlib
import hmac
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.core.errors import Conflict
from apps.notices.enums import Channel, Kind, Pace, State
from apps.notices.models import Delivery, Notice, Post, Preference
from apps.notices.services import deliveries, inbox
from apps.people.models import Contact
from tests.factories.notices import told


@pytest.fixture(autouse=True)
def at_once(lead) -> None:
    Preference.objects.create(user_id=lead.pk, pace=Pace.AT_ONCE, quiet_from=None, quiet_to=None)


def states() -> list[tuple[str, str, str]]:
    return [(each.channel, each.state, each.error) for each in Delivery.objects.order_by("pk")]


def plain(mail: Any) -> str:
    return mail.get_body(("plain",)).get_content()


def test_a_mail_arrives_and_says_what_where_and_by_when(jiaxing, lead, mailbox, settings):
    settings.PUBLIC_URL = "https://sdz.example"
    due = timezone.make_aware(timezone.datetime(2027, 4, 10, 23, 59))
    told(jiaxing.county(), title="南湖区2027年工作方案被退回", text="请写明数量 <5%>。", url="/plans/1/", due=due, kind=Kind.RETURNED)
    assert deliveries.send() == 1
    [mail] = mailbox.mails
    assert (mail["Subject"], mail["To"]) == ("南湖区2027年工作方案被退回", lead.contact.email)
    assert mail["Message-ID"].startswith(f"<delivery.{Delivery.objects.get().pk}.")
    text = plain(mail)
    assert text.startswith(f"{lead.name}，您好：")
    for words in (
        "南湖区2027年工作方案被退回（期限 2027-04-10 23:59）",
        "请写明数量 <5%>。",
        "https://sdz.example/plans/1/",
        "/notices/settings/",
    ):
        assert words in text
    html = mail.get_body(("html",)).get_content()
    assert '<a href="https://sdz.example/plans/1/"' in html
    assert "请写明数量 &lt;5%&gt;。" in html
    assert states() == [("mail", "sent", "")]


def test_several_notices_are_one_mail(jiaxing, lead, mailbox):
    for number in (1, 2, 3):
        told(jiaxing.county(), key=f"k{number}", title=f"第{number}件事")
    assert deliveries.send() == 1
    assert [mail["Subject"] for mail in mailbox.mails] == ["3 条通知：第1件事等"]
    assert [f"{number}. 第{number}件事" in plain(mailbox.mails[0]) for number in (1, 2, 3)] == [True] * 3
    assert {notice.delivery for notice in Notice.objects.all()} == {Delivery.objects.get()}


def test_what_is_in_a_mail_is_in_no_other(jiaxing, lead, mailbox):
    told(jiaxing.county())
    assert [deliveries.send(), deliveries.send()] == [1, 0]
    told(jiaxing.county(), key="second", title="另一件事")
    deliveries.send()
    assert [mail["Subject"] for mail in mailbox.mails] == ["一件事", "另一件事"]


def test_what_was_read_meanwhile_is_not_mailed(jiaxing, lead, mailbox):
    told(jiaxing.county())
    inbox.read(notices=Notice.objects.all(), by=lead)
    assert (deliveries.send(), mailbox.mails) == (0, [])


def test_what_is_outdated_is_not_sent(jiaxing, lead, mailbox, robot, group):
    told(jiaxing.county(), until=timezone.now() + timedelta(hours=1))
    for lines in (Notice.objects, Post.objects):
        lines.update(until=timezone.now() - timedelta(seconds=1))
    assert (deliveries.send(), mailbox.mails, group.messages) == (0, [], [])


def test_nobody_without_an_address_is_mailed(jiaxing, lead, mailbox):
    Contact.objects.update(email="")
    [notice] = told(jiaxing.county())
    assert (notice.send_at, deliveries.send()) == (None, 0)


def test_without_a_mail_server_nothing_piles_up(jiaxing, lead, settings):
    settings.MAIL_ON = False
    assert told(jiaxing.county())[0].send_at is None


def test_a_refused_mail_says_why_and_may_be_sent_again(jiaxing, lead, officer, mailbox):
    told(jiaxing.county())
    mailbox.refusal = "554 5.7.1 rejected as spam"
    deliveries.send()
    assert states() == [("mail", "failed", "邮件服务器拒收：554 5.7.1 rejected as spam")]
    mailbox.refusal = ""
    assert deliveries.send() == 0
    deliveries.resend(delivery=Delivery.objects.get(), by=officer)
    deliveries.send()
    assert (len(mailbox.mails), states()) == (1, [("mail", "sent", "")])
    assert Act.objects.filter(verb=Verb.RESEND).count() == 1


def test_what_may_pass_is_tried_again_by_itself_and_then_given_up(jiaxing, lead, mailbox):
    told(jiaxing.county())
    mailbox.refusal = "451 4.7.1 greylisted"
    deliveries.send()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    assert timedelta(seconds=50) < delivery.not_before - timezone.now() <= timedelta(minutes=1)
    for _ in deliveries.RETRIES:
        Delivery.objects.update(not_before=timezone.now())
        deliveries.send()
    assert states() == [("mail", "failed", "邮件服务器拒收：451 4.7.1 greylisted")]


def test_a_server_that_is_not_there_has_taken_nothing(jiaxing, lead, mailbox, settings):
    told(jiaxing.county())
    settings.EMAIL_PORT = 1
    deliveries.send()
    assert Delivery.objects.get().state == State.WAITING
    settings.EMAIL_PORT = mailbox.port
    Delivery.objects.update(not_before=timezone.now())
    deliveries.send()
    assert (len(mailbox.mails), Delivery.objects.get().state) == (1, State.SENT)


def test_a_server_that_does_not_answer_may_have_taken_it(jiaxing, lead, officer, mailbox, settings):
    settings.EMAIL_TIMEOUT = 0.3
    told(jiaxing.county())
    mailbox.hangs = True
    deliveries.send()
    mailbox.hangs = False
    [(_, state, error)] = states()
    assert (state, error.startswith("发送中断：")) == (State.UNKNOWN, True)
    assert deliveries.send() == 0
    deliveries.resend(delivery=Delivery.objects.get(), by=officer)
    deliveries.send()
    assert {mail["Message-ID"] for mail in mailbox.mails} == {mailbox.mails[0]["Message-ID"]}  # known to the mailbox as the same
    assert len(mailbox.mails) == 2


def test_what_arrived_is_not_sent_again(jiaxing, lead, officer, mailbox):
    told(jiaxing.county())
    deliveries.send()
    with pytest.raises(Conflict, match="这条通知现在是“已发送”"):
        deliveries.resend(delivery=Delivery.objects.get(), by=officer)


def test_only_who_connects_sends_again(jiaxing, lead, mailbox):
    told(jiaxing.county())
    mailbox.refusal = "554 no"
    deliveries.send()
    with pytest.raises(PermissionDenied):
        deliveries.resend(delivery=Delivery.objects.get(), by=jiaxing.person("county_lead", jiaxing.county("秀洲区")))


# Groups


def test_a_group_is_told_with_a_signature(jiaxing, lead, robot, group, settings):
    settings.PUBLIC_URL = "https://sdz.example"
    told(jiaxing.county(), kind=Kind.RETURNED, title="方案被退回", text="请补充*数量*。", url="/plans/1/")
    deliveries.send()
    [message] = group.messages
    assert message.body["msgtype"] == "markdown"
    assert message.body["markdown"] == {
        "title": "方案被退回",
        "text": "#### 方案被退回\n- [方案被退回](https://sdz.example/plans/1/)\n\n> 请补充\\*数量\\*。",
    }
    assert (message.path, message.query["access_token"]) == ("/robot/send", ["abc"])
    [moment], [sign] = message.query["timestamp"], message.query["sign"]
    assert abs(time.time() * 1000 - int(moment)) < 60_000
    expected = hmac.new(b"SECabc", f"{moment}\nSECabc".encode(), hashlib.sha256).digest()
    assert base64.b64decode(sign) == expected
    assert states() == [("robot", "sent", "")]


def test_what_a_group_is_told_within_minutes_is_one_message(jiaxing, lead, robot, group):
    for number in (1, 2):
        told(jiaxing.county(), key=f"k{number}", title=f"第{number}件事")
    assert deliveries.send() == 0  # the ten minutes are not over
    Post.objects.update(send_at=timezone.now())
    assert deliveries.send() == 1
    assert group.texts() == ["#### 2 条通知：第1件事等\n- [第1件事](http://127.0.0.1/desk/)\n- [第2件事](http://127.0.0.1/desk/)"]


def test_a_group_is_told_what_its_own_organization_is_told(jiaxing, lead, officer, robot, group):
    told(jiaxing.county(), to="plans.review", kind=Kind.REMINDER)  # reaches the city alone
    assert Post.objects.count() == 0


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        ((200, b'{"errcode": 310000, "errmsg": "sign not match"}'), "failed", "sign not match（310000）"),
        ((200, b'{"errcode": 130101, "errmsg": "send too fast"}'), "waiting", "send too fast（130101）"),
        ((200, b"<html>busy</html>"), "unknown", "收到的答复无法识别（200）。"),
        ((200, b"[]"), "unknown", "收到的答复无法识别（200）。"),
        ((502, b"bad gateway"), "unknown", "收到的答复无法识别（502）。"),
        ((404, b"not found"), "failed", "机器人所在的服务拒绝了请求（404）。"),
    ],
)
def test_the_answer_decides(jiaxing, lead, robot, group, answer, state, error):
    group.answer = answer
    told(jiaxing.county(), kind=Kind.RETURNED)
    deliveries.send()
    assert states() == [(Channel.ROBOT, state, error)]


def test_no_redirect_is_followed(jiaxing, lead, robot, group):
    group.answer, group.location = (302, b""), f"{group.host}/admin/"
    told(jiaxing.county(), kind=Kind.RETURNED)
    deliveries.send()
    assert [message.path for message in group.messages] == ["/robot/send"]
    assert states() == [("robot", "failed", "机器人所在的服务拒绝了请求（302）。")]


def test_an_address_that_is_not_allowed_any_more_is_not_asked(jiaxing, lead, robot, group, settings):
    settings.WEBHOOK_HOSTS = ["oapi.dingtalk.com"]
    told(jiaxing.county(), kind=Kind.RETURNED)
    deliveries.send()
    assert (group.messages, states()) == ([], [("robot", "failed", "Webhook 地址不是允许的服务。")])


def test_a_service_that_is_not_there_has_taken_nothing(jiaxing, lead, robot, group, settings):
    settings.WEBHOOK_HOSTS = ["http://127.0.0.1:1"]
    robot.webhook = "http://127.0.0.1:1/robot/send?access_token=abc"
    robot.save()
    told(jiaxing.county(), kind=Kind.RETURNED)
    deliveries.send()
    assert states() == [("robot", "waiting", "连接不上机器人所在的服务。")]


def test_a_robot_switched_off_says_nothing(jiaxing, lead, robot, group):
    told(jiaxing.county(), kind=Kind.RETURNED)
    robot.is_active = False
    robot.save()
    deliveries.send()
    assert (group.messages, states()) == ([], [("robot", "failed", "群机器人已停用。")])
    told(jiaxing.county(), key="later", kind=Kind.RETURNED)
    assert Post.objects.count() == 1
