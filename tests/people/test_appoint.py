from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.accounts.services import activations
from apps.audit.models import Act
from apps.people.models import Contact


def appoint(role: str, organization: str, username: str = "chen") -> str:
    out = StringIO()
    call_command("appoint", username, role, organization, name="陈老师", stdout=out)
    return out.getvalue()


def test_appoint_makes_the_account_and_gives_the_role(jiaxing):
    said = appoint("city_officer", "嘉兴市")

    chen = User.objects.get(username="chen")
    assert activations.holder(username="chen", code=said.split("激活码 ")[1].split("（")[0]) == chen
    assert chen.has_perm("plans.review", jiaxing.county())
    assert Contact.objects.get(user=chen).organization == jiaxing.city


def test_the_log_says_that_the_operator_did_it(jiaxing):
    appoint("city_officer", "嘉兴市")
    act = Act.objects.get(verb="grant")
    assert (act.name, act.about) == ("运维人员", "陈老师（chen）：嘉兴市 市少工委办公室工作人员")


@pytest.mark.parametrize(
    ("organization", "role", "sentence"),
    [
        ("没有的县", "county_lead", "有 0 个组织的名称或代码是“没有的县”，请用代码指明。"),
        ("嘉兴市", "county_lead", "“县（市、区）少工委负责人”不能设在市一级。"),
    ],
)
def test_appoint_says_what_is_wrong(jiaxing, organization, role, sentence):
    with pytest.raises(CommandError) as refusal:
        appoint(role, organization)

    assert str(refusal.value) == sentence
    assert not User.objects.filter(username="chen").exists()


@pytest.mark.parametrize(("first", "second"), [("sysadmin", "city_officer"), ("city_officer", "auditor"), ("auditor", "sysadmin")])
def test_a_separate_role_is_given_to_nobody_who_has_another(jiaxing, first, second):
    appoint(first, "嘉兴市")
    with pytest.raises(CommandError, match="系统管理员和审计员须由专人担任，不能兼任其他角色。"):
        appoint(second, "嘉兴市")
