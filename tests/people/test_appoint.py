from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User


def test_appoint_makes_the_account_and_gives_the_role(jiaxing):
    out = StringIO()

    call_command("appoint", "chen", "city_officer", "嘉兴市", name="陈老师", stdout=out)

    chen = User.objects.get(username="chen")
    password = out.getvalue().split("初始密码 ")[1].split("（")[0]
    assert chen.check_password(password)
    assert chen.has_perm("plans.review", jiaxing.county())


@pytest.mark.parametrize(
    ("organization", "role", "sentence"),
    [
        ("没有的县", "county_lead", "有 0 个组织的名称或代码是“没有的县”，请用代码指明。"),
        ("嘉兴市", "county_lead", "“县（市、区）少工委负责人”不能设在市一级。"),
    ],
)
def test_appoint_says_what_is_wrong(jiaxing, organization, role, sentence):
    with pytest.raises(CommandError) as refusal:
        call_command("appoint", "chen", role, organization, name="陈老师")

    assert str(refusal.value) == sentence
    assert not User.objects.filter(username="chen", groups__isnull=False).exists()
