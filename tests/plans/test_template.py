"""The template of a year's plans, as the city sets it."""

import pytest

from apps.core.errors import Conflict, DomainError
from apps.plans import services as plans
from apps.plans.models import Section
from apps.plans.template import services
from tests.factories.plans import PlanFactory, WindowFactory

URL = "/plans/template/{}/".format


@pytest.fixture
def city(jiaxing, officer):
    return jiaxing.signed_in(officer)


def parts(window):
    return [{"key": each.key, "title": each.title, "guidance": each.guidance, "is_required": each.is_required} for each in sections(window)]


def sections(window):
    return list(Section.objects.filter(window=window))


def save(window, rows, by=None, seen=None):
    services.save(window=window, parts=rows, by=by, seen=seen or services.fingerprint(sections(window)))


def posted(rows, window, **changed):
    data = {"seen": services.fingerprint(sections(window)), "sections-TOTAL_FORMS": len(rows), "sections-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        values = {"position": number + 1, **row}
        data |= {f"sections-{number}-{name}": value for name, value in values.items() if value is not False}
    return data | changed


def test_city_adds_moves_renames_and_removes_parts(window, officer):
    rows = parts(window)
    rows[0]["title"], rows[2]["is_required"] = "总体思路", False
    added = {"key": "", "title": "经费预算", "guidance": "写明来源。", "is_required": False}
    save(window, [rows[1], rows[0], *rows[2:5], added], by=officer)

    now = sections(window)
    assert [(each.key, each.title, each.position) for each in now] == [
        ("goals", "目标任务", 1),
        ("guiding", "总体思路", 2),
        ("measures", "工作措施", 3),
        ("stages", "实施步骤", 4),
        ("duties", "责任分工", 5),
        ("part1", "经费预算", 6),
    ]
    assert (now[2].is_required, now[5].is_required) == (False, False)


def test_key_is_never_used_again(window):
    added = {"key": "", "title": "经费预算", "guidance": "", "is_required": False}
    save(window, [*parts(window), added])
    next_year = WindowFactory(year=window.year + 1)
    save(next_year, [*parts(next_year), {**added, "title": "评比表彰"}])
    assert [each.key for each in sections(next_year)][-2:] == ["part1", "part2"]


def test_next_year_begins_with_this_years_template(window):
    save(window, parts(window)[:5])
    assert [each.key for each in sections(WindowFactory(year=window.year + 1))] == [each.key for each in sections(window)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda rows: [row for row in rows if row["key"] != "stages"], "“实施步骤”是必有的部分，不能移除。"),
        (lambda rows: [*rows, {**rows[0], "key": ""}], "有两个部分都叫“指导思想”，请改成不同的标题。"),
        (lambda rows: [*rows, {**rows[0], "title": "别的", "key": "other"}], "页面没有完整送达，请刷新后重新填写。"),
    ],
)
def test_impossible_template_is_refused(window, change, sentence):
    before = services.fingerprint(sections(window))
    with pytest.raises(DomainError) as refused:
        save(window, change(parts(window)))
    assert (refused.value.message, services.fingerprint(sections(window))) == (sentence, before)


def test_after_the_first_plan_only_the_guidance_changes(window, lead, jiaxing):
    plan = PlanFactory(organization=jiaxing.county(), window=window)
    assert not services.is_settled(window)
    plans.submit(report=plan, by=lead, version=1)
    rows = parts(window)
    save(window, [{**rows[0], "guidance": "说得更清楚。"}, *rows[1:]])
    assert sections(window)[0].guidance == "说得更清楚。"
    for change in (rows[::-1], rows[:5], [{**rows[0], "title": "思路"}, *rows[1:]], [{**rows[0], "is_required": False}, *rows[1:]]):
        with pytest.raises(DomainError, match="已有单位上报方案，只能修改填写提示。"):
            save(window, change)


def test_second_of_two_is_told(window):
    seen = services.fingerprint(sections(window))
    rows = parts(window)
    save(window, [{**rows[0], "guidance": "甲"}, *rows[1:]], seen=seen)
    with pytest.raises(Conflict):
        save(window, [{**rows[0], "guidance": "乙"}, *rows[1:]], seen=seen)


# The page


def test_page_changes_the_template_and_shows_what_a_county_sees(city, window):
    page = city.get(URL(window.year)).content.decode()
    assert ("填报单位看到的样子" in page, "增加一个部分" in page) == (True, True)
    rows = [*parts(window), {"key": "", "title": "经费预算", "guidance": "写明来源。", "is_required": "on"}]
    rows[0] |= {"position": 9}
    rows[4] |= {"remove": "on"}
    city.post(URL(window.year), posted(rows, window))
    assert [each.title for each in sections(window)] == ["目标任务", "工作措施", "实施步骤", "保障机制", "经费预算", "指导思想"]


def test_empty_title_and_a_wrong_number_are_refused_at_their_fields(city, window):
    rows = parts(window)
    rows[0] |= {"title": ""}
    rows[1] |= {"position": "第一"}
    answer = city.post(URL(window.year), posted(rows, window))
    assert answer.context["form"].more_errors() == [
        ("第 1 部分 标题", "id_sections-0-title", "请填写标题；不需要这一部分的，请勾选移除。"),
        ("第 2 部分 次序", "id_sections-1-position", "请填写整数。"),
    ]


def test_second_officer_sees_both(city, window):
    rows = parts(window)
    mine = posted([{**rows[0], "guidance": "乙"}, *rows[1:]], window)
    save(window, [{**rows[0], "guidance": "甲"}, *rows[1:]])
    told = city.post(URL(window.year), mine)
    assert told.status_code == 409
    assert ("指导思想（必填）：甲" in told.context["form"].theirs, "乙" in told.content.decode()) == (True, True)
    city.post(URL(window.year), {**mine, "seen": told.context["form"]["seen"].value()})
    assert sections(window)[0].guidance == "乙"


def test_settled_page_says_why(city, window, lead, jiaxing):
    plans.submit(report=PlanFactory(organization=jiaxing.county(), window=window), by=lead, version=1)
    page = city.get(URL(window.year)).content.decode()
    assert ("只能修改填写提示" in page, "增加一个部分" in page) == (True, False)
    rows = [{**row, "guidance": f"{row['title']}怎么写"} for row in parts(window)]
    city.post(URL(window.year), posted(rows, window))
    assert {each.guidance for each in sections(window)} == {f"{each.title}怎么写" for each in sections(window)}


def test_only_the_city_and_only_a_year_that_is_open(city, jiaxing, lead, window):
    assert jiaxing.signed_in(lead).get(URL(window.year)).status_code == 403
    assert city.get(URL(2050)).headers["Location"] == "/years/2050/settings/"
