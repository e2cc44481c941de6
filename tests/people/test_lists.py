"""Opening many accounts from a pasted list."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.accounts.services import activations
from apps.audit.models import Act
from apps.organizations.roles import ROLES
from apps.people import rosters
from tests.factories import workbooks
from tests.people.test_pages import text


@pytest.fixture
def page(county) -> Client:
    return county.page(county.lead)


def read(county, text: str, role: str = "school_counselor") -> list[tuple[int, list[str]]]:
    return [(line.number, line.faults) for line in rosters.read(text, role=ROLES[role], by=county.lead)]


@pytest.mark.parametrize("separator", [",", "，", "\t", " , "])
def test_lines_are_read_as_they_are_pasted(county, separator):
    typed = "\n".join(
        separator.join(cells) for cells in (["姓名", "账号", "学校"], ["甲", "", str(county.school), "13800000000", "a@b.example"])
    )
    [line] = rosters.read(f"{typed}\n\n", role=ROLES["school_counselor"], by=county.lead)
    assert (line.number, line.faults, line.organization) == (2, [], county.school)
    assert {name: value for name, value in line.cells.items() if value} == {
        "name": "甲",
        "organization": str(county.school),
        "phone": "13800000000",
        "email": "a@b.example",
    }


def test_every_fault_of_every_line_is_named(county):
    school = county.school
    typed = f"""王芳,,没有的小学,138,wang
,x y,{school},,
甲,same,{school}
乙,same,{county.other}
丙,counselor,{school}
丁,,{county.foreign}
戊,,{county.home}
己,,{school},13800000000,,多余
庚,,
<b>,,{school}
辛,,{school}
辛,,{school}
李老师,,{school}"""
    assert read(county, typed) == [
        (1, ["在您管理的学校中没有“没有的小学”", "电话“138”不正确", "邮箱“wang”不正确"]),
        (2, ["没有填写姓名", "账号“x y”只能用字母、数字和 @ . + - _"]),
        (3, ["账号“same”在名单中重复"]),
        (4, ["账号“same”在名单中重复"]),
        (5, ["账号“counselor”已有人使用"]),
        (6, [f"在您管理的学校中没有“{county.foreign}”"]),
        (7, ["在您管理的学校中没有“南湖区”"]),
        (8, ["多出了内容，每行只有姓名、账号、学校、电话、邮箱五项"]),
        (9, ["没有填写单位"]),
        (10, ["姓名“<b>”只能用文字和间隔号，不超过 40 字"]),
        (11, ["辛在名单中重复"]),
        (12, ["辛在名单中重复"]),
        (13, [f"{school}已有李老师的账号（counselor）；确是另一人的，请自己取一个账号"]),
    ]


def test_a_wrong_list_opens_nothing_and_loses_nothing(county, page):
    typed = f"甲,,{county.school}\n乙,,没有的小学"
    answer = page.post("/people/bulk/", {"role": "school_counselor", "roster": typed, "confirm": "yes"})
    assert answer.context["form"].errors == {"roster": ["2 行中有 1 行需要修改，全部改好后才能开通。"]}
    assert "在您管理的学校中没有“没有的小学”" in text(answer)
    assert answer.context["form"]["roster"].value() == typed
    assert not User.objects.filter(name="甲").exists()


@pytest.mark.parametrize(
    ("roster", "sentence"),
    [("", "请粘贴或填写名单。"), ("姓名,账号", "名单是空的，请粘贴或填写名单。"), ("甲\n" * 501, "一次最多 500 人，请分几次办理。")],
)
def test_a_list_that_is_none_is_refused(county, page, roster, sentence):
    answer = page.post("/people/bulk/", {"role": "school_counselor", "roster": roster})
    assert answer.context["form"].errors == {"roster": [sentence]}


def test_a_county_gives_only_what_it_may(county, page):
    answer = page.post("/people/bulk/", {"role": "county_lead", "roster": f"甲,,{county.home}"})
    assert answer.context["form"].errors["role"] == ["没有这个选项，请从列出的选项中选择。"]


def test_a_sound_list_is_shown_then_opened_once(county, page):
    typed = {"role": "school_counselor", "roster": f"甲,,{county.school}\n乙,yi,{county.other},13800000000"}
    shown = page.post("/people/bulk/", typed)
    assert (text(shown).count("新开通"), User.objects.filter(name__in="甲乙").count()) == (2, 0)

    done = page.post("/people/bulk/", {**typed, "confirm": "yes"})

    codes = {each.person.username: each.code for each in done.context["opened"]}
    assert {name: activations.holder(username=name, code=code).name for name, code in codes.items()} == {
        f"330402-{county.school.pk}-1": "甲",
        "yi": "乙",
    }
    again = page.post("/people/bulk/", {**typed, "confirm": "yes"})
    assert again.context["form"].errors["roster"] == ["2 行中有 2 行需要修改，全部改好后才能开通。"]
    [act] = Act.objects.filter(verb="grant")
    assert (act.about, len(act.details["persons"])) == ("2 人：学校少先队大队辅导员", 2)

    sheet = page.post("/people/bulk/codes/", {"sheet": done.context["sheet"]})
    assert workbooks.rows(sheet.getvalue())[1:] == [
        ["甲", f"330402-{county.school.pk}-1", str(county.school), codes[f"330402-{county.school.pk}-1"]],
        ["乙", "yi", str(county.other), codes["yi"]],
    ]
    assert Act.objects.get(verb="export").about == "激活码，2 个"


def test_the_sheet_of_codes_is_only_for_whoever_was_shown_them(county, page):
    typed = {"role": "school_counselor", "roster": f"甲,,{county.school}", "confirm": "yes"}
    sheet = page.post("/people/bulk/", typed).context["sheet"]
    assert county.page(county.sysadmin).post("/people/bulk/codes/", {"sheet": sheet}).status_code == 404
    assert county.page(county.officer).post("/people/bulk/codes/", {"sheet": sheet}).status_code == 403
    for other in ("", "x", f"{sheet}x"):
        assert page.post("/people/bulk/codes/", {"sheet": other}).status_code == 403


def test_two_hundred_lines_cost_as_many_statements_as_two(county, page):
    schools = [county.jiaxing.school() for _ in range(10)]

    def cost(prefix: str, count: int) -> int:
        roster = "\n".join(f"{prefix},{prefix}{number},{schools[number % 10]}" for number in range(count))
        with CaptureQueriesContext(connection) as queries:
            answer = page.post("/people/bulk/", {"role": "school_counselor", "roster": roster, "confirm": "yes"})
        assert len(answer.context["opened"]) == count
        return len(queries)

    cost("预", 10)  # opens the holdings
    assert cost("甲", 2) == cost("乙", 200)
