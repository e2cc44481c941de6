"""The ledger of accounts, and the codes that are given out afterwards."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Activation, User
from apps.accounts.services import activations
from apps.audit.models import Act
from apps.core.errors import Conflict
from apps.organizations.services import roles
from apps.people.models import Contact, Person
from apps.people.services import accounts
from tests.factories.ledgers import bring, check, ledger, taken_out
from tests.factories.people import serving

HAND_OUT = reverse("people:hand-out")


@pytest.fixture
def row(county):
    return {"organization": county.school.name, "name": "赵敏", "role": "大队辅导员", "phone": 13800000000}


def test_what_was_taken_out_comes_back_unchanged(county):
    """For who keeps them; spaces in names, several roles, none, and no way to reach somebody."""
    roles.grant(user=county.counselor, role="county_editor", organization=county.home)
    editor = serving("county_editor", county.home, username="editor", name="徐 静")
    roles.grant(user=editor, role="supervisor", organization=county.home)
    Contact.objects.filter(user=county.counselor).update(phone="0573 82000000", email="")
    nobody = serving("school_counselor", county.other, username="nobody", name="Ana Maria")
    roles.revoke(user=nobody, role="school_counselor", organization=county.other)
    for keeper, count in ((county.lead, 4), (county.sysadmin, 7)):
        rows = taken_out("accounts", by=keeper)
        assert len(rows) == count
        checked = check("accounts", rows, by=keeper)
        assert [(row.outcome, row.faults) for row in checked] == [("unchanged", {})] * count
    assert {row["username"]: row["role"] for row in taken_out("accounts", by=county.lead)} == {
        "lead": "县（市、区）少工委负责人",
        "counselor": "学校少先队大队辅导员",
        "editor": "县（市、区）少工委工作人员；督导员",
        "nobody": None,
    }


def test_accounts_are_opened_without_codes(county, row):
    editor = {**row, "name": "王 芳", "role": "县（市、区）少工委工作人员", "organization": "南湖区"}
    rows = [row, editor, {**row, "name": "李敏", "username": "limin"}]
    assert [each.outcome for each in bring("accounts", rows, by=county.lead)] == ["new"] * 3
    zhao = Person.objects.get(name="赵敏")
    assert [str(held) for held in zhao.holdings] == [f"{county.school} 学校少先队大队辅导员"]
    assert (zhao.contact.phone, zhao.contact.county, zhao.has_usable_password()) == ("13800000000", county.home, False)
    assert zhao.username == f"330402-{county.school.pk}-1"
    assert User.objects.get(name="王芳").username == "330402-1"
    assert User.objects.get(username="limin").contact.organization == county.school
    assert not Activation.objects.exists()
    again = check("accounts", rows[:1], by=county.lead)
    assert again[0].faults == {"username": f"{county.school}已有赵敏的账号（{zhao.username}）；确是另一人的，请自己取一个账号。"}


def test_facts_are_amended_and_nothing_else(county):
    known = {"username": "counselor", "organization": county.school.name, "name": "李丽", "phone": "138 0000 0001", "email": "li@x.cn"}
    ledger("accounts").lock(check("accounts", [known], by=county.lead))
    (row,) = bring("accounts", [known], by=county.lead)
    contact = Contact.objects.get(user=county.counselor)
    assert (row.outcome, contact.user.name, contact.phone, contact.email) == ("changed", "李丽", "138 0000 0001", "li@x.cn")
    assert Act.objects.filter(verb="account", about="修改资料 1 人").count() == 1
    moved = {**known, "organization": county.other.name}
    promoted = {**known, "role": "县（市、区）少工委负责人"}
    assert [row.faults for row in (*check("accounts", [moved], by=county.lead), *check("accounts", [promoted], by=county.lead))] == [
        {"organization": f"李丽在{county.school}任职；调动请在此人的页面办理。"},
        {"role": "角色不能通过导入修改，请在此人的页面授予或收回。"},
    ]


def test_nobody_keeps_an_account_beyond_their_power(county, row):
    """Another county's, one's own, one with a role that is not theirs to give; and no role beyond theirs."""
    judge = serving("supervisor", county.home, username="judge", name="何平")
    rows = [
        {**row, "username": "stranger"},
        {**row, "username": "stranger", "organization": county.foreign.name, "name": "改"},
        {"username": "lead", "organization": "南湖区", "name": "改"},
        {"username": judge.username, "organization": "南湖区", "name": "改"},
        {**row, "role": "督导员"},
        {**row, "role": "市少工委办公室工作人员", "organization": "南湖区"},
        {**row, "role": ""},
        {**row, "role": "大队辅导员；总辅导员"},
        {**row, "role": "县（市、区）少工委负责人", "organization": "南湖区"},
    ]
    assert [check("accounts", [each], by=county.lead)[0].faults for each in rows] == [
        {"username": "账号“stranger”已有人使用，请换一个。"},
        {"organization": f"“{county.foreign}”属于秀洲区，不在您的办理范围内。"},
        {"": "这是您自己的账号，不能由自己管理；需要调整的，请联系市级系统管理员。"},
        {"": "此人任南湖区 督导员，这个角色不由您授予，账号由市级系统管理员管理。"},
        {"role": f"{county.school}是学校，“督导员”设在市、报送单位，请核对单位和角色。"},
        {"role": "南湖区是报送单位，“市少工委办公室工作人员”设在市，请核对单位和角色。"},
        {"role": "请填写角色。"},
        {"role": "新开账号只填一个角色，其余的开通后再授予。"},
        {"role": "“县（市、区）少工委负责人”不由您授予，请核对角色。"},
    ]
    with pytest.raises(PermissionDenied):
        accounts.amend_all(people={county.stranger.pk: accounts.Facts("改", "", "")}, by=county.lead)


def test_what_a_form_would_refuse_is_named(county, row):
    rows = [
        {**row, "name": "赵敏1", "phone": "十三", "email": "x", "username": "a b"},
        {**row, "name": "孙丽"},
        {**row, "name": "孙丽"},
        {**row, "name": ""},
    ]
    assert [each.faults for each in check("accounts", rows, by=county.lead)] == [
        {
            "name": "姓名只含文字和间隔号“·”，请核对。",
            "username": "账号只能用字母、数字和 @ . + - _。",
            "phone": "电话只含数字和短横线，例如 13800000000 或 0573-82000000。",
            "email": "输入一个有效的 Email 地址。",
        },
        {},
        {"": "与第 3 行重复，请只保留一行。"},
        {"name": "请填写姓名。"},
    ]


def test_as_many_statements_for_many_rows_as_for_one(jiaxing, county):
    def statements(rows):
        with CaptureQueriesContext(connection) as queries:
            check("accounts", rows, by=county.lead)
        return len(queries)

    new = [{"organization": jiaxing.school().name, "name": "赵敏", "role": "大队辅导员"} for _ in range(5)]
    known = [serving("school_counselor", jiaxing.school(), username=f"c{number}", name="李敏") for number in range(4)]
    changed = [{"username": user.username, "organization": user.contact.organization.name, "name": "李"} for user in known]
    statements([new[0], changed[0]])  # what a person may do is read once
    assert statements([new[0], changed[0]]) == statements(new + changed)


def test_codes_are_given_out_to_who_has_never_entered(county, row):
    bring("accounts", [row, {**row, "name": "钱平"}], by=county.lead)
    zhao, qian = Person.objects.get(name="赵敏"), Person.objects.get(name="钱平")
    page = county.page(county.lead)
    form = page.get(HAND_OUT).context["form"]
    assert (sorted(form.initial["people"]), len(form.fields["people"].choices)) == (sorted([zhao.pk, qian.pk]), 2)
    answer = page.post(HAND_OUT, {"people": [zhao.pk]})
    [opened] = answer.context["opened"]
    assert (opened.person, opened.organization, opened.code in answer.content.decode()) == (zhao, county.school, True)
    assert activations.holder(username=zhao.username, code=opened.code) == zhao
    sheet = page.post(reverse("people:code-sheet"), {"sheet": answer.context["sheet"]})
    assert sheet.status_code == 200
    form = page.get(HAND_OUT).context["form"]
    assert form.initial["people"] == [qian.pk]
    assert any("已有激活码" in label for _, label in form.fields["people"].choices)
    [later] = page.post(HAND_OUT, {"people": [zhao.pk]}).context["opened"]
    assert activations.holder(username=zhao.username, code=opened.code) is None
    assert activations.holder(username=zhao.username, code=later.code) == zhao


def test_no_codes_for_who_has_entered_nor_for_others(county, row):
    bring("accounts", [row], by=county.lead)
    zhao = Person.objects.get(name="赵敏")
    User.objects.filter(pk=zhao.pk).update(chose_password_at=timezone.now() - timedelta(days=1))
    with pytest.raises(Conflict):
        accounts.hand_out(people=[zhao], by=county.lead)
    User.objects.filter(pk=county.stranger.pk).update(chose_password_at=None, last_login=None)
    with pytest.raises(PermissionDenied):
        accounts.hand_out(people=[Person.objects.get(pk=county.stranger.pk)], by=county.lead)
    page = county.page(county.lead)
    assert page.post(HAND_OUT, {"people": [county.stranger.pk]}).context["form"].errors
    assert county.page(county.counselor).get(HAND_OUT).status_code == 403
