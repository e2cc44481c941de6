"""The inbox, the settings, the robots and what was sent, as their people use them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.core import throttle, todos
from apps.core.seen import fingerprint
from apps.notices.enums import Kind, Pace, State
from apps.notices.models import Delivery, Notice, Preference, Robot
from apps.notices.services import deliveries, inbox
from tests.factories.html import as_sent
from tests.factories.notices import told

INBOX = "/notices/"


@pytest.fixture
def client(jiaxing, lead) -> Client:
    return jiaxing.signed_in(lead)


@pytest.fixture
def office(jiaxing, officer) -> Client:
    return jiaxing.signed_in(officer)


def titles(page: Any) -> list[str]:
    return [notice.title for notice in page.context["shown"]]


def said(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def several(jiaxing: Any, count: int) -> list[Notice]:
    return [told(jiaxing.county(), key=f"k{number}", title=f"第{number}件事")[0] for number in range(1, count + 1)]


# Inbox


def test_unread_come_first_then_the_newest(jiaxing, client, lead):
    third = several(jiaxing, 3)[-1]
    inbox.read(notices=Notice.objects.filter(pk=third.pk), by=lead)
    assert titles(client.get(INBOX)) == ["第2件事", "第1件事", "第3件事"]


def test_the_inbox_is_narrowed_by_range_and_kind(jiaxing, client, lead):
    several(jiaxing, 2)
    told(jiaxing.county(), key="back", title="被退回", kind=Kind.RETURNED)
    inbox.read(notices=Notice.objects.filter(title="第1件事"), by=lead)
    assert titles(client.get(INBOX, {"state": "unread"})) == ["被退回", "第2件事"]
    assert titles(client.get(INBOX, {"state": "read"})) == ["第1件事"]
    assert titles(client.get(INBOX, {"kind": "returned"})) == ["被退回"]


def test_what_was_read_over_a_year_ago_is_out_of_the_way(jiaxing, client, lead):
    several(jiaxing, 3)
    Notice.objects.exclude(title="第1件事").update(at=timezone.now() - timedelta(days=366))
    inbox.read(notices=Notice.objects.filter(title="第3件事"), by=lead)
    assert titles(client.get(INBOX)) == ["第1件事", "第2件事"]  # unread it stays, however old
    assert titles(client.get(INBOX, {"state": "past"})) == ["第3件事"]


def test_opening_marks_it_as_read_and_leads_to_its_page(jiaxing, client):
    [notice] = told(jiaxing.county(), url="/plans/7/?tab=steps")
    answer = client.post(f"/notices/{notice.pk}/")
    assert (answer.status_code, answer.url) == (302, "/plans/7/?tab=steps")
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_opening_what_has_no_page_leads_back(jiaxing, client):
    [notice] = told(jiaxing.county(), url="")
    assert client.post(f"/notices/{notice.pk}/").url == INBOX


@pytest.mark.parametrize("url", ["/\\evil.example/", "/\t/evil.example/", "/%09/evil.example"])
def test_no_address_leads_off_the_site(jiaxing, client, url):
    """What the database's own check lets through a browser may still take for another host."""
    [notice] = told(jiaxing.county(), url=url)
    assert client.post(f"/notices/{notice.pk}/").url in (INBOX, "/%09/evil.example")


def test_a_look_marks_nothing(jiaxing, client):
    [notice] = told(jiaxing.county())
    assert [client.get(f"/notices/{notice.pk}/{way}").status_code for way in ("", "read/")] == [405, 405]
    assert Notice.objects.unread().count() == 1


def test_one_is_marked_as_read_and_the_list_stays_as_it_was(jiaxing, client):
    first, _ = several(jiaxing, 2)
    assert client.post(f"/notices/{first.pk}/read/?kind=submitted&page=1").url == f"{INBOX}?kind=submitted&page=1"
    assert list(Notice.objects.unread().values_list("title", flat=True)) == ["第2件事"]


def test_all_that_is_shown_is_marked_as_read(jiaxing, client):
    several(jiaxing, 2)
    told(jiaxing.county(), key="back", kind=Kind.RETURNED)
    assert said(client.post("/notices/read/?kind=submitted", follow=True)) == ["2 条通知已标为已读。"]
    assert said(client.post("/notices/read/", follow=True)) == ["1 条通知已标为已读。"]
    assert said(client.post("/notices/read/?state=x", follow=True)) == ["没有未读的通知。"]


def test_somebody_elses_notice_is_not_there(jiaxing, client, officer):
    [notice] = told(jiaxing.county(), to="years.open")
    assert notice.user == officer
    assert [client.post(f"/notices/{notice.pk}/{way}").status_code for way in ("", "read/")] == [404, 404]


def test_the_bell_says_how_many_and_costs_one_query(jiaxing, client, django_assert_num_queries, django_assert_max_num_queries):
    page = client.get("/notices/settings/")
    assert "bell-count" not in page.content.decode()
    with django_assert_max_num_queries(30) as before:
        client.get("/notices/settings/")
    several(jiaxing, 3)
    with django_assert_num_queries(len(before.captured_queries)):
        page = client.get("/notices/settings/")
    assert '<span class="bell-count">3<' in page.content.decode()
    Notice.objects.bulk_create(
        [
            Notice(event_id=10_000 + number, user=notice.user, kind=notice.kind, title="多", **notice.tenancy())
            for notice in Notice.objects.all()[:1]
            for number in range(120)
        ]
    )
    assert '<span class="bell-count">99+<' in client.get("/notices/settings/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_costs_the_same_however_many(jiaxing, client, django_assert_num_queries, count):
    several(jiaxing, count)
    client.get(INBOX)
    with django_assert_num_queries(14):
        client.get(INBOX)


# Settings


def form_of(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    page = client.get(url)
    return {**as_sent(page, "novalidate"), **changes}


def test_settings_are_the_houses_until_somebody_chooses(client, lead):
    sent = form_of(client, "/notices/settings/")
    assert (sent["mail"], sent["pace"], sent["digest_hour"], sent["quiet_from"], sent["quiet_to"]) == (
        ["on"],
        ["daily"],
        ["8"],
        ["21:00"],
        ["07:00"],
    )
    assert sent["kinds"] == Kind.values
    assert not Preference.objects.exists()


def test_settings_are_saved(client, lead):
    sent = form_of(client, "/notices/settings/", pace="at_once", quiet_from="", quiet_to="", kinds=["returned", "reminder"])
    page = client.post("/notices/settings/", sent, follow=True)
    assert said(page) == ["通知设置已保存。"]
    saved = Preference.objects.get(user_id=lead.pk)
    assert (saved.mail, saved.pace, saved.quiet_from) == (True, Pace.AT_ONCE, None)
    assert saved.muted == [kind for kind in Kind.values if kind not in ("returned", "reminder")]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"quiet_from": ""}, None, "免打扰的起止时间要么都填，要么都不填。"),
        ({"quiet_from": "25:00"}, "quiet_from", "请填写正确的时间，例如 21:00。"),
        ({"digest_hour": "24"}, "digest_hour", "没有这个选项，请从列出的选项中选择。"),
        ({"pace": "never"}, "pace", "没有这个选项，请从列出的选项中选择。"),
        ({"kinds": ["gossip"]}, "kinds", "没有这个选项，请从列出的选项中选择。"),
    ],
)
def test_wrong_settings_are_refused_at_their_field(client, changes, field, sentence):
    page = client.post("/notices/settings/", form_of(client, "/notices/settings/", **changes))
    assert page.context["form"].errors == {field or "__all__": [sentence]}
    assert not Preference.objects.exists()


def test_settings_changed_in_another_tab_are_shown(client, lead):
    sent = form_of(client, "/notices/settings/", digest_hour="9")
    facts = {name: getattr(Preference(), name) for name in inbox.FIELDS} | {"digest_hour": 17}
    inbox.prefer(by=lead, facts=facts, seen=fingerprint(Preference.of(lead), inbox.FIELDS))
    page = client.post("/notices/settings/", sent)
    assert (page.status_code, page.context["form"].fields["digest_hour"].theirs) == (409, "17")


def test_a_trial_mail_goes_to_ones_own_address(client, lead, mailbox):
    page = client.post("/notices/settings/mail/", follow=True)
    assert said(page) == [f"测试邮件已发到 {lead.contact.email}，请查收；没有收到的，请看看垃圾邮件。"]
    assert [(mail["To"], mail["Subject"]) for mail in mailbox.mails] == [(lead.contact.email, "测试消息")]
    assert Act.objects.filter(verb=Verb.TRY_CHANNEL).count() == 1


def test_a_trial_mail_that_fails_says_why(client, mailbox):
    mailbox.refusal = "554 no"
    assert said(client.post("/notices/settings/mail/", follow=True)) == ["测试邮件没有发出：邮件服务器拒收：554 no"]


def test_without_a_server_the_page_says_so(client, settings):
    settings.MAIL_ON = False
    assert "平台还没有接通邮件" in client.get("/notices/settings/").content.decode()
    assert said(client.post("/notices/settings/mail/", follow=True)) == ["平台还没有接通邮件服务器，请联系系统管理员。"]


def test_without_an_address_the_page_says_whom_to_ask(jiaxing, mailbox):
    client = jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county()))
    assert "没有登记您的电子邮箱" in client.get("/notices/settings/").content.decode()
    said_then = said(client.post("/notices/settings/mail/", follow=True))
    assert said_then == ["没有登记您的电子邮箱，请联系管理您账号的负责人补充。"]


def test_trials_are_throttled(client, mailbox, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, throttle.MESSAGE: "2/minute"}
    assert [client.post("/notices/settings/mail/").status_code for _ in range(3)] == [302, 302, 429]


# Robots


def new_robot(**changes: str) -> dict[str, str]:
    url = "https://oapi.dingtalk.com/robot/send?access_token=abc"
    return {"name": "工作群", "webhook": url, "secret": "SECabc", "is_active": "on", "seen": "", **changes}


def test_a_robot_is_connected_and_its_secrets_are_never_shown_again(client, jiaxing):
    page = client.post("/notices/robots/new/", new_robot(), follow=True)
    assert said(page) == ["“工作群”已添加，可以发送测试消息。"]
    robot = Robot.objects.get()
    assert (robot.organization, robot.secret, robot.is_active) == (jiaxing.county(), "SECabc", True)
    for url in ("/notices/robots/", f"/notices/robots/{robot.pk}/"):
        content = client.get(url).content.decode()
        assert not [secret for secret in ("SECabc", "access_token", "abc") if secret in content.replace("SEC…", "")]
    history = Robot.pgh_event_model.objects.values()
    assert [set(row) & {"webhook", "secret"} for row in history] == [set()]


def test_an_empty_secret_keeps_the_one_there_is(client, robot):
    sent = form_of(client, f"/notices/robots/{robot.pk}/", name="新群名")
    assert (sent.get("webhook"), sent.get("secret")) == ([""], [""])
    client.post(f"/notices/robots/{robot.pk}/", sent)
    before = (robot.webhook, robot.secret)
    robot.refresh_from_db()
    assert (robot.name, robot.webhook, robot.secret) == ("新群名", *before)


def test_a_new_address_does_not_keep_the_former_ones_secret(client, robot, group):
    sent = form_of(client, f"/notices/robots/{robot.pk}/", webhook=f"{group.host}/robot/send?access_token=new")
    client.post(f"/notices/robots/{robot.pk}/", sent)
    robot.refresh_from_db()
    assert (robot.webhook.endswith("=new"), robot.secret) == (True, "")


@pytest.mark.parametrize(
    "address",
    [
        "http://oapi.dingtalk.com/robot/send?access_token=a",
        "https://oapi.dingtalk.com.evil.example/robot/send",
        "https://oapi.dingtalk.com:8443/robot/send",
        "https://user@oapi.dingtalk.com/robot/send",
        "https://oapi.dingtalk.com@127.0.0.1/robot/send",
        "https://oapi.dingtalk.com\\@127.0.0.1/",
        "https://127.0.0.1/robot/send",
        "https://[::1]/",
        "https://[/",
        "file:///etc/passwd",
        "//oapi.dingtalk.com/robot/send",
        "随便写的",
    ],
)
def test_only_known_services_are_asked(client, address):
    page = client.post("/notices/robots/new/", new_robot(webhook=address))
    expected = "请复制钉钉自定义机器人的完整 Webhook 地址，以 https://oapi.dingtalk.com 开头。"
    assert page.context["form"].errors == {"webhook": [expected]}
    assert Robot.objects.count() == 0


def test_what_is_missing_is_asked_for(client):
    page = client.post("/notices/robots/new/", new_robot(name="", webhook=""))
    assert page.context["form"].errors == {"name": ["请填写群名称。"], "webhook": ["请填写 Webhook 地址。"]}


def test_a_name_is_given_once(client, robot):
    page = client.post("/notices/robots/new/", new_robot(webhook=robot.webhook))
    assert page.context["form"].errors == {"name": ["本单位已有同名的群机器人，请换一个名称。"]}


def test_a_robot_changed_meanwhile_is_not_overwritten(client, robot):
    sent = form_of(client, f"/notices/robots/{robot.pk}/", name="我的名字")
    Robot.objects.update(name="别人的名字")
    page = client.post(f"/notices/robots/{robot.pk}/", sent)
    assert (page.status_code, page.context["form"].fields["name"].theirs) == (409, "别人的名字")


def test_a_trial_message_reaches_the_group(client, lead, robot, group):
    page = client.post(f"/notices/robots/{robot.pk}/try/", follow=True)
    assert said(page) == ["测试消息已发到“工作群”，请到群里查看。"]
    [text] = group.texts()
    assert text.startswith("#### 测试消息\n- [测试消息](http://127.0.0.1/notices/)")
    group.answer = (200, b'{"errcode": 310000, "errmsg": "sign not match"}')
    page = client.post(f"/notices/robots/{robot.pk}/try/", follow=True)
    assert said(page) == ["测试消息没有发出：sign not match（310000）"]


def test_robots_are_their_organizations(jiaxing, robot):
    away = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))
    assert away.get("/notices/robots/").context["table"].paginator.count == 0
    assert [away.get(f"/notices/robots/{robot.pk}/").status_code, away.post(f"/notices/robots/{robot.pk}/try/").status_code] == [404, 404]
    editor = jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county()))
    assert editor.get("/notices/robots/").status_code == 403


# What was sent


@pytest.fixture
def refused(jiaxing: Any, lead: User, mailbox: Any) -> Delivery:
    mailbox.refusal = "554 no"
    told(jiaxing.county(), kind=Kind.RETURNED)
    Notice.objects.update(send_at=timezone.now())
    deliveries.send()
    return Delivery.objects.get()


def test_what_did_not_arrive_is_on_the_desk_and_sent_again(jiaxing, office, officer, refused, mailbox, lead):
    [todo] = [each for each in todos.of(officer) if each.title == "通知没有送达"]
    assert office.get(todo.url).context["table"].paginator.count == todo.count == 1
    url = reverse("notices:delivery", args=[refused.pk])
    assert "邮件服务器拒收：554 no" in office.get(url).content.decode()
    mailbox.refusal = ""
    page = office.post(f"{url}resend/", follow=True)
    assert said(page) == ["已安排重新发送，稍后刷新可以看到结果。"]
    deliveries.send()
    assert (len(mailbox.mails), Delivery.objects.get().state) == (1, State.SENT)
    page = office.post(f"{url}resend/", follow=True)
    assert said(page) == ["这条通知现在是“已发送”，不需要重新发送。"]


def test_what_was_sent_is_for_whoever_connects(jiaxing, client, refused):
    assert client.get("/notices/deliveries/").context["table"].paginator.count == 1
    away = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))
    assert away.get("/notices/deliveries/").context["table"].paginator.count == 0
    assert [
        away.get(f"/notices/deliveries/{refused.pk}/").status_code,
        away.post(f"/notices/deliveries/{refused.pk}/resend/").status_code,
    ] == [
        404,
        404,
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_what_was_sent_costs_the_same_however_much(jiaxing, office, lead, django_assert_num_queries, count):
    for number in range(count):
        Delivery.objects.create(
            channel="mail", user_id=lead.pk, subject=str(number), organization=jiaxing.county(), county=jiaxing.county()
        )
    office.get("/notices/deliveries/")
    with django_assert_num_queries(13):
        office.get("/notices/deliveries/")


def test_sendings_are_narrowed_by_channel_and_state(office, refused):
    counts = {
        (channel, state): office.get("/notices/deliveries/", {"channel": channel, "state": state}).context["table"].paginator.count
        for channel in ("mail", "robot")
        for state in ("failed", "undelivered", "sent")
    }
    assert counts == {key: int(key[0] == "mail" and key[1] != "sent") for key in counts}
