"""The pages about people: who gets in, what they show, what they refuse, and what they write in the log."""

import re

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.services import activations
from apps.audit.models import Act
from apps.organizations.services import roles
from apps.people.models import Contact, Person
from tests.factories import workbooks
from tests.factories.people import serving

INVITE = {"name": "赵老师", "username": "", "phone": "13800000000", "email": "zhao@school.example", "role": "school_counselor"}


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.fixture
def page(county) -> Client:
    return county.page(county.lead)


def names(answer) -> list[str]:
    return [row.record.name for row in answer.context["table"].paginated_rows]


def test_the_list_shows_ones_own_county(county, page):
    assert names(page.get("/people/")) == ["王主任", "李老师"]
    assert "0573-82000000" in page.get("/people/").content.decode()
    assert set(names(county.page(county.officer).get("/people/"))) == {"王主任", "李老师", "陈老师", "周工", "沈老师"}


def test_counselors_have_no_such_list(county):
    page = county.page(county.counselor)
    assert (page.get("/people/").status_code, page.get("/people/?export=xlsx").status_code) == (403, 403)
    assert "人员账号" not in page.get("/desk/").content.decode()


def test_whoever_only_looks_manages_nobody(county):
    page = county.page(county.officer)
    answer = page.get(f"/people/{county.counselor.pk}/")
    assert answer.status_code == 200
    assert [act for act in ("重置", "停用", "授予", "收回", "调动") if act in answer.content.decode()] == []
    for act in ("edit", "move", "grant", "reset", "disable", "enable", "second-factor"):
        assert page.post(f"/people/{county.counselor.pk}/{act}/").status_code == 403


@pytest.mark.parametrize("act", ["", "edit/", "move/", "grant/", "reset/", "disable/", "enable/", "second-factor/", "revoke/1/"])
def test_people_of_other_counties_are_not_there(county, page, act):
    for person in (county.stranger, county.officer, county.sysadmin):
        assert page.get(f"/people/{person.pk}/{act}").status_code in ({404} if act not in ACTS else {404, 405})
        assert page.post(f"/people/{person.pk}/{act}").status_code in ({404} if act else {405})


ACTS = {"reset/", "disable/", "enable/", "second-factor/"}


def test_somebody_from_elsewhere_with_a_role_here_is_seen_without_their_telephone(county, page):
    roles.grant(user=county.stranger, role="school_counselor", organization=county.school)
    answer = page.get(f"/people/{county.stranger.pk}/")
    assert (answer.status_code, "0573-82000000" in answer.content.decode()) == (200, False)
    assert "另在其他单位任职（1 个角色）" in text(answer)
    assert "此账号由其他单位管理；您可以收回此人在本单位的角色。" in text(answer)
    assert "0573-82000000" in page.get(f"/people/{county.counselor.pk}/").content.decode()
    row = next(row for row in page.get("/people/").context["table"].paginated_rows if row.record == county.stranger)
    assert "0573" not in row.get_cell("reach")

    held = (
        next(held for held in county.stranger.holdings if held.organization == county.school)
        if False
        else _held(county.stranger, county.school)
    )
    assert page.post(f"/people/{county.stranger.pk}/revoke/{held}/").url == "/people/"
    assert page.get(f"/people/{county.stranger.pk}/").status_code == 404


def _held(person, organization) -> int:
    return next(held.pk for held in Person.objects.get(pk=person.pk).holdings if held.organization == organization)


def test_every_look_at_contacts_is_recorded(county, page):
    page.get("/people/?q=李&state=active")
    page.get(f"/people/{county.counselor.pk}/")
    page.get(f"/people/{county.counselor.pk}/edit/")
    looks = list(Act.objects.filter(verb="view_contacts").order_by("pk"))
    assert {act.name for act in looks} == {"王主任"}
    assert [act.about for act in looks] == ["人员账号，显示 1 人", "李老师（counselor）", "李老师（counselor）"]
    assert looks[0].details == {"filters": {"姓名或账号": "李", "状态": "正常"}, "shown": 1, "found": 1, "page": 1}
    assert looks[0].organization == county.home.pk


def test_search_filters_and_sorts(county, page):
    serving("town_counselor", county.jiaxing.town(), name="许老师")
    assert names(page.get("/people/?q=许")) == ["许老师"]
    assert names(page.get("/people/?q=counselor")) == ["李老师"]
    assert names(page.get("/people/?role=town_counselor")) == ["许老师"]
    assert names(page.get(f"/people/?organization={county.school.pk}")) == ["李老师"]
    assert names(page.get("/people/?managed=mine&sort=-name")) == ["许老师", "李老师"]
    for sort in ("name", "username", "home", "last_login", "state"):
        assert len(names(page.get(f"/people/?sort=-{sort}"))) == 3


def test_nonsense_in_the_address_is_no_error(county, page):
    for query in ("organization=x", "organization=999999999999999999999", "role=x", "state=x", "sort=x", "page=x", "q=%00"):
        assert page.get(f"/people/?{query}").status_code == 200


def test_a_foreign_organization_narrows_to_nothing_known(county, page):
    answer = page.get(f"/people/?organization={county.foreign.pk}")
    assert names(answer) in ([], ["王主任", "李老师"])
    assert str(county.foreign) not in answer.content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_costs_the_same_for_few_and_many(county, page, django_assert_num_queries, count):
    for _ in range(count):
        serving("school_counselor", county.jiaxing.school())
    page.get("/people/")
    with django_assert_num_queries(30, exact=False) as queries:
        page.get("/people/")
    COST.add(len(queries))
    assert len(COST) == 1


COST: set[int] = set()


def test_the_export_is_the_list_as_filtered_and_recorded(county, page):
    Contact.objects.filter(user=county.counselor).update(phone="+86573-1", email="")
    User.objects.filter(pk=county.counselor.pk).update(name="=HYPERLINK(1)")
    answer = page.get("/people/?role=school_counselor&export=xlsx")
    content = answer.getvalue()
    [head, row] = workbooks.rows(content)
    assert head == ["姓名", "账号", "单位", "报送单位", "角色", "联系电话", "电子邮箱", "最近登录", "状态"]
    assert row[:4] == ["=HYPERLINK(1)", "counselor", str(county.school), "南湖区"]
    assert row[4:] == [f"{county.school} 学校少先队大队辅导员", "+86573-1", "正常"]
    assert 'quotePrefix="1"' in workbooks.part(content, "xl/styles.xml")
    act = Act.objects.get(verb="export")
    assert (act.about, act.details) == ("人员账号，1 条", {"format": "xlsx", "filters": {"角色": "学校少先队大队辅导员"}, "count": 1})


def test_opening_an_account_says_first_what_it_would_show(county, page):
    form = {**INVITE, "organization": county.school.pk}
    preview = page.post("/people/invite/", form)
    assert "将可以查看 1 所学校、0 个村（社区）、0 份队室、0 份结对、0 份辅导员交流；0 条个人信息（联系方式）。" in text(preview)
    assert not User.objects.filter(name="赵老师").exists()

    given = {name: preview.context["form"].data[name] for name in form}
    assert given["username"] == f"330402-{county.school.pk}-1"
    done = page.post("/people/invite/", {**given, "confirm": "yes"})

    user = User.objects.get(name="赵老师")
    code = done.context["opened"][0].code
    assert code in done.content.decode()
    assert activations.holder(username=given["username"], code=code) == user
    assert "no-store" in done.headers["Cache-Control"]
    assert code not in page.get(f"/people/{user.pk}/").content.decode()
    again = page.post("/people/invite/", {**given, "confirm": "yes"})
    assert again.context["form"].errors["username"] == [f"账号“{given['username']}”已有人使用，请换一个。"]


def test_back_from_the_preview_loses_nothing(county, page):
    form = {**INVITE, "organization": county.school.pk, "username": "zhao"}
    answer = page.post("/people/invite/", {**form, "back": "yes"})
    assert {name: answer.context["form"][name].value() for name in form} == {name: str(value) for name, value in form.items()}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "请填写姓名。"),
        ("name", "<b>赵</b>", "姓名只含文字和间隔号“·”，请核对。"),
        ("username", "zhao zhao", "账号只能用字母、数字和 @ . + - _。"),
        ("username", "counselor", "账号“counselor”已有人使用，请换一个。"),
        ("organization", "", "请选择单位。"),
        ("role", "", "请选择角色。"),
        ("role", "county_lead", "没有这个选项，请从列出的选项中选择。"),
        ("role", "sysadmin", "没有这个选项，请从列出的选项中选择。"),
        ("role", "town_counselor", "{school}是学校，“镇（街道）少先队总辅导员”设在镇（街道），请核对单位和角色。"),
        ("phone", "abc", "电话只含数字和短横线，例如 13800000000 或 0573-82000000。"),
        ("email", "zhao", "邮箱格式不正确，请核对。"),
    ],
)
def test_a_wrong_field_is_told_there_and_nothing_is_lost(county, page, field, value, sentence):
    form = {**INVITE, "organization": county.school.pk, field: value}
    answer = page.post("/people/invite/", {**form, "confirm": "yes"})
    assert answer.context["form"].errors == {field: [sentence.format(school=county.school)]}
    assert answer.context["form"]["phone"].value() == form["phone"]
    assert not User.objects.filter(name="赵老师").exists()


def test_a_foreign_organization_is_no_choice(county, page):
    answer = page.post("/people/invite/", {**INVITE, "organization": county.foreign.pk, "confirm": "yes"})
    assert answer.context["form"].errors == {"organization": ["没有这个选项，请从列出的选项中选择。"]}


def test_the_city_gives_what_a_county_may_not(county):
    page = county.page(county.sysadmin)
    answer = page.post("/people/invite/", {**INVITE, "organization": county.away.pk, "role": "county_lead"})
    assert "将可以查看 1 所学校、" in text(answer)
    assert "；1 条个人信息（联系方式）" in text(answer)
    done = page.post("/people/invite/", {**INVITE, "organization": county.away.pk, "role": "county_lead", "confirm": "yes"})
    assert [str(held) for held in done.context["opened"][0].person.holdings] == ["秀洲区 县（市、区）少工委负责人"]


def test_a_further_role_is_previewed_given_and_taken(county, page):
    form = {"organization": county.home.pk, "role": "county_editor"}
    address = f"/people/{county.counselor.pk}/grant/"
    assert "2 所学校" in text(page.post(address, form))
    assert page.post(address, {**form, "confirm": "yes"}).url == f"/people/{county.counselor.pk}/"
    assert page.post(address, {**form, "confirm": "yes"}).context["form"].errors == {
        "role": ["李老师已是南湖区的县（市、区）少工委工作人员，无需再授予。"]
    }
    held = _held(county.counselor, county.home)
    assert "现在可以查看 2 所学校" in text(page.get(f"/people/{county.counselor.pk}/revoke/{held}/"))
    assert page.post(f"/people/{county.counselor.pk}/revoke/{held}/").url == f"/people/{county.counselor.pk}/"
    assert page.post(f"/people/{county.counselor.pk}/revoke/{held}/").status_code == 404


def test_nobody_manages_themselves(county, page):
    own = f"/people/{county.lead.pk}/"
    assert "这是您自己的账号，不能由自己管理" in text(page.get(own))
    [held] = county.lead.holdings
    for act in ("edit/", "move/", "grant/", "reset/", "disable/", f"revoke/{held.pk}/"):
        answer = page.post(f"{own}{act}", {"organization": county.school.pk, "role": "school_counselor", "confirm": "yes"})
        assert answer.status_code == 403
    assert User.objects.get(pk=county.lead.pk).is_active


def test_a_colleague_is_out_of_reach_and_the_page_says_who_can(county, page):
    colleague = serving("county_lead", county.home, name="钱主任")
    said = "此人任南湖区 县（市、区）少工委负责人，这个角色不由您授予，账号由市级系统管理员管理。"
    assert said in text(page.get(f"/people/{colleague.pk}/"))
    answer = page.post(f"/people/{colleague.pk}/reset/")
    assert (answer.status_code, said in text(answer)) == (403, True)


def test_a_reset_shows_the_code_and_a_repeated_one_is_refused(county, page):
    address = f"/people/{county.counselor.pk}/"
    seen = page.get(address).context["seen"]
    done = page.post(f"{address}reset/", {"seen": seen})
    assert done.context["opened"][0].code in done.content.decode()
    assert page.post(f"{address}reset/", {"seen": seen}).url == address
    assert "这个账号有了变化，操作没有执行" in text(page.get(address))


def test_an_account_is_closed_and_opened_again(county, page):
    address = f"/people/{county.counselor.pk}/"
    assert page.post(f"{address}disable/").url == address
    assert "已停用" in text(page.get(address))
    assert page.post(f"{address}reset/", {"seen": page.get(address).context["seen"]}).url == address
    assert page.post(f"{address}enable/").context["opened"][0].person == county.counselor
    assert page.post(f"{address}second-factor/").url == address


def test_two_who_edit_at_once_see_each_others_words(county, page):
    address = f"/people/{county.counselor.pk}/edit/"
    saw = page.get(address).context["form"]["seen"].value()
    other = county.page(county.sysadmin)
    facts = {"name": "李老师", "phone": "0573-1111111", "email": "", "seen": saw}
    assert other.post(address, facts).url == f"/people/{county.counselor.pk}/"

    answer = page.post(address, {**facts, "name": "李敏", "phone": "0573-2222222"})

    assert answer.status_code == 409
    form = answer.context["form"]
    assert (form["phone"].value(), form.fields["phone"].theirs, form["name"].value()) == ("0573-2222222", "0573-1111111", "李敏")
    again = {name: form[name].value() for name in ("name", "phone", "email", "seen")}
    assert page.post(address, again).url == f"/people/{county.counselor.pk}/"
    assert Contact.objects.get(user=county.counselor).phone == "0573-2222222"


def test_a_move_wants_an_answer_for_every_role(county, page):
    [held] = county.counselor.holdings
    address = f"/people/{county.counselor.pk}/move/"
    answer = page.post(address, {"organization": county.other.pk})
    assert answer.context["form"].errors == {f"held-{held.pk}": ["请选择收回还是保留。"]}
    assert page.post(address, {"organization": county.other.pk, f"held-{held.pk}": "keep"}).url == f"/people/{county.counselor.pk}/"
    moved = Person.objects.get(pk=county.counselor.pk)
    assert (moved.home, [each.organization for each in moved.holdings]) == (county.other, [county.school])
    same = page.post(address, {"organization": county.other.pk, f"held-{held.pk}": "keep"})
    assert same.context["form"].errors == {"organization": [f"李老师已在{county.other}，请选择另一个单位。"]}
