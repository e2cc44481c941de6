"""The year's bulletin: its figures are the page's, it ranks nobody, and of a closed year it says the same for ever."""

import re
from datetime import date

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Act
from apps.coverage import papers, selectors
from apps.coverage.jobs import NOT_YOURS
from apps.coverage.papers import bars, reading, tables
from apps.coverage.registry import CIRCULAR, Indicator, Rule, register
from apps.coverage.services import figures
from apps.jobs import running
from apps.jobs.enums import State
from apps.jobs.models import Job
from apps.organizations.enums import Kind
from apps.organizations.management.commands.load_divisions import REPORTING_UNITS
from apps.organizations.models import Organization, School
from tests.factories.bulletins import YEAR, headings, made, part, printed, read, said, words_of
from tests.factories.coverage import ExemptionFactory, open_year, set_target
from tests.factories.organizations import SchoolFactory, UnitFactory

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client(jiaxing, officer):
    return jiaxing.signed_in(officer)


def test_the_bulletin_says_what_the_page_says(jiaxing, client, school_indicator, county_indicator):
    for county, places in (("南湖区", 2), ("海宁市", 1)):
        for number in range(places):
            UnitFactory(organization=jiaxing.place(county, number=number))
    jiaxing.school("嘉善县", strength="strong")
    jiaxing.school("港区", strength="weaker")
    set_target("organization", YEAR, "1", jiaxing.county())

    text = printed(made(client, jiaxing.city, year=YEAR))

    shown = client.get(f"/coverage/?year={YEAR}").context["overview"]
    for row in shown.rows:
        for key, is_judged in (("organization", True), ("strong", False)):
            measure = row.measures[key]
            share = "—" if measure.ratio.value is None else f"{measure.ratio.value:.1%}"
            distance = "—" if not measure.ratio.total else f"还差{measure.gap}" if measure.gap else "已达到"
            judged = f"{measure.target.normalize():f}%{distance}" if is_judged else ""
            assert f"{row.name}{measure.ratio.total}{measure.ratio.covered}{share}{judged}" in text
    whole = shown.measure("organization")
    assert f"应覆盖1202个村（社区），已覆盖3个，占0.2%；目标为80%，低79.8个百分点，还差{whole.gap}个。" in text
    assert "南湖区12321.6%1%已达到" in text  # by its own target
    for each in whole.parts:
        assert (f"{each.label}{each.ratio.total}{each.ratio.covered}" in text) == bool(each.ratio.total)
    for each in whole.ways:
        assert f"{each.label}{each.ratio.covered}{each.ratio.value:.1%}" in text
    assert "应覆盖2所学校，已覆盖1所，占50.0%；本年度没有设定目标。" in text
    assert "应完成10个报送单位，已完成0个，占0.0%；本年度没有设定目标。" in text
    expected = ("图1", "嘉善县100.0%（1/1）", "不分名次", f"统计截至{TODAY.year}年{TODAY.month}月{TODAY.day}日")
    assert [fact for fact in expected if fact not in text] == []


def test_what_was_written_just_before_is_in_it(jiaxing, client):
    made(client, jiaxing.city)
    UnitFactory(organization=jiaxing.place())
    assert "已覆盖1个" in printed(made(client, jiaxing.city))


def test_it_is_a_draft_without_number_seal_or_date(jiaxing, client, settings):
    settings.DEMO = True
    job = made(client, jiaxing.city, year=YEAR)
    text = printed(job)
    assert text.startswith(f"关于嘉兴市{YEAR}年度少先队组织和队室覆盖等情况的通报各县（市、区）团委、教育（文体）局、少工委，")
    assert [word for word in ("演示数据草稿", "数字均为虚构") if word not in text] == []
    assert "附件：统计口径市少工委办公室年月日" in text
    assert not re.search(r"〔\d{4}〕|\d号", text)
    assert (job.filename, job.done, job.total) == (f"嘉兴市{YEAR}年度覆盖情况通报.pdf", 2, 2)
    assert Act.objects.latest("pk").about == job.title


def test_nobody_is_ranked_and_no_school_is_named(jiaxing, officer, school_indicator):
    """The circular's order, whatever the figures are; a school is a number."""
    schools = [SchoolFactory(parent=jiaxing.town(name), strength="strong").organization for name in ("港区", "南湖区", "海宁市")]
    UnitFactory(organization=jiaxing.place("港区"))
    paper = read(jiaxing.city, officer)
    listed = [
        *part(paper, "各报送单位").grids,
        *(grid for each in part(paper, "分项").parts for grid in each.grids if "按" not in grid.name),
    ]
    assert {tuple(row[0] for row in grid.rows) for grid in listed} == {REPORTING_UNITS[:9]}
    drawn = [[bar.name for bar in chart.bars] for each in part(paper, "分项").parts for chart in each.charts]
    assert drawn == [list(REPORTING_UNITS[:9]), ["南湖区", "海宁市", "港区"]]
    assert [school.name for school in schools if school.name in repr(paper)] == []


def test_units_short_of_their_target_are_told_what_is_missing(jiaxing, officer, school_indicator, county_indicator):
    for county in ("南湖区", "海宁市"):
        SchoolFactory.create_batch(2, parent=jiaxing.town(county), strength="average")
    jiaxing.school("港区", strength="strong")
    set_target("strong", YEAR, "50")
    set_target("fact", YEAR, "100")
    missing = said(read(jiaxing.city, officer), "未达到目标")
    assert missing["优质学校比例"] == "未达到目标的有南湖区（还差1所）、海宁市（还差1所）。合计还差2所。"
    assert missing["督导办法"] == f"未完成的有{'、'.join(REPORTING_UNITS)}。"
    set_target("strong", YEAR, "0", jiaxing.county())
    set_target("strong", YEAR, "0", jiaxing.county("海宁市"))
    assert said(read(jiaxing.city, officer), "未达到目标")["优质学校比例"] == "各报送单位均已达到目标。"


def test_a_year_is_compared_with_the_one_before(jiaxing, officer):
    open_year(YEAR - 1)
    for number, since in enumerate((date(YEAR - 1, 3, 1), date(YEAR, 1, 1), date(YEAR, 1, 1))):
        UnitFactory(organization=jiaxing.place(number=number), established_on=since)
    UnitFactory(organization=jiaxing.place("港区"), established_on=date(YEAR - 1, 3, 1), dissolved_on=date(YEAR, 1, 1))
    paper = read(jiaxing.city, officer)
    assert said(paper, "总体情况")["组织覆盖率"].endswith(f"；与{YEAR - 1}年持平。")
    table = part(paper, "分项").parts[0].grids[0]
    assert table.head[-2:] == (f"{YEAR - 1}年", "增减\n（个百分点）")
    rows = {row[0]: row[-2:] for row in table.rows}
    assert (rows["南湖区"], rows["港区"], rows["海宁市"]) == (("0.8%", "+1.6"), ("5.0%", "−5.0"), ("0.0%", "持平"))
    assert part(paper, "分项").parts[0].charts[0].bars[0].earlier == bars.LEFT + round(bars.WHOLE / 123)


def test_years_counted_by_different_rules_are_not_compared(jiaxing, officer, known):
    old = known["organization"].rules[0]
    new = Rule(date(YEAR, 1, 1), "新的口径。", old.universe, old.covered)
    known["organization"] = Indicator(**{**known["organization"].__dict__, "rules": (old, new)})
    open_year(YEAR - 1)
    UnitFactory(organization=jiaxing.place(), established_on=date(YEAR, 1, 1))
    paper = read(jiaxing.city, officer)
    assert said(paper, "有关说明")["口径"] == f"组织覆盖率的统计口径与{YEAR - 1}年不同，不作比较。"
    assert {row[-2:] for row in part(paper, "分项").parts[0].grids[0].rows} == {("—", "—")}
    assert [item.text for item in paper.definitions] == [f"新的口径。本口径自{YEAR}年1月1日起执行。"]
    assert read(jiaxing.city, officer, YEAR - 1).definitions[0].text == f"{old.definition}本口径自2012年1月1日起执行。"


def test_who_is_not_counted_is_given_with_the_reason(jiaxing, officer, school_indicator):
    county = jiaxing.county()
    for organization in (jiaxing.school(), jiaxing.school(), SchoolFactory(parent=county).organization):
        ExemptionFactory(organization=organization, indicator="strong", reason="校舍重建。")
    ExemptionFactory(organization=jiaxing.place("海宁市"))
    closed = SchoolFactory(parent=jiaxing.town(), closed_on=date(YEAR, 1, 1)).organization
    ExemptionFactory(organization=closed, indicator="strong", reason="撤并。")
    ExemptionFactory(organization=jiaxing.place("平湖市"), until=TODAY, reason="已恢复。")
    known = {row[:3]: row[3] for row in part(read(jiaxing.city, officer), "不列入").grids[0].rows}
    assert known == {
        ("组织覆盖率", "海宁市", "1个村（社区）"): "整村拆迁，居民已安置到其他社区。",
        ("优质学校比例", "南湖区", "3所学校"): "校舍重建。",
        ("优质学校比例", "南湖区", "1所学校"): "撤并。",  # this test's indicator counts closed schools too
    }
    jiaxing.school()
    lead = jiaxing.person("county_lead", county)
    rows = part(read(county, lead), "不列入").grids[0].rows
    assert [row[:3] for row in rows] == [
        ("优质学校比例", str(jiaxing.town()), "1所学校"),
        ("优质学校比例", str(jiaxing.town()), "2所学校"),
        ("优质学校比例", "直属", "1所学校"),
    ]


def test_a_school_that_closed_is_not_said_to_be_left_out(jiaxing, officer):
    register(
        Indicator(
            key="open", label="在办学校", level=Kind.SCHOOL, counted="所学校", sources=(School,),
            rules=(
                Rule(
                    CIRCULAR, "统计口径", lambda day: School.objects.open_on(day).values("organization_id", "county_id"),
                    lambda day: School.objects.none().values("organization_id"),
                ),
            ),
        )
    )  # fmt: skip
    for closed_on in (None, date(YEAR, 1, 1)):
        ExemptionFactory(organization=SchoolFactory(parent=jiaxing.town(), closed_on=closed_on).organization, indicator="open")
    assert [row[2] for row in part(read(jiaxing.city, officer), "不列入").grids[0].rows] == ["1所学校"]


def test_a_county_is_told_about_its_towns(jiaxing, school_indicator, county_indicator):
    county = jiaxing.county()
    jiaxing.school()
    SchoolFactory(parent=county)
    paper = read(county, jiaxing.person("county_lead", county))
    assert headings(paper) == ["一、总体情况", "二、各镇（街道）情况", "三、分项情况", "四、未达到目标的单位", "五、不列入统计的单位"]
    assert (paper.to, paper.signed_by) == ("各镇（街道）、学校少先队组织", "南湖区少工委")
    assert said(paper, "总体情况")["督导办法"] == "未完成。"
    assert part(paper, "各镇").grids[0].rows[-1] == ("直属", "—", "0.0%")


def test_a_node_without_rows_below_has_no_part_about_them(jiaxing, school_indicator):
    town = jiaxing.town()
    client = jiaxing.signed_in(jiaxing.person("town_counselor", town))
    text = printed(made(client, town))
    assert f"关于{town}{YEAR}年度" in text
    assert "二、分项情况" in text
    assert "优质学校比例。没有应统计的单位。" in text
    assert "表3" in text
    assert "图1" not in text
    bureau = jiaxing.county("市教育局团委")
    SchoolFactory(parent=bureau)
    paper = read(bureau, jiaxing.person("county_lead", bureau))
    assert (paper.to, headings(paper)) == ("各学校少先队组织", ["一、总体情况", "二、不列入统计的单位"])


def test_where_nothing_can_be_counted_the_job_says_so(jiaxing):
    bureau = jiaxing.county("市教育局团委")
    job = made(jiaxing.signed_in(jiaxing.person("county_lead", bureau)), bureau)
    assert (job.state, job.sentence) == (State.FAILED, f"市教育局团委在{YEAR}年没有可统计的单位，不能生成通报。")


def test_a_node_with_too_many_units_is_refused(jiaxing, client, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 8)
    assert made(client, jiaxing.city).sentence == "嘉兴市下级单位有 9 个，超过 8 个，请分别生成下级的通报。"


def test_long_lists_are_cut_into_charts_of_a_page(jiaxing, officer, monkeypatch):
    monkeypatch.setattr(bars, "MOST_BARS", 4)
    charts = part(read(jiaxing.city, officer), "分项").parts[0].charts
    assert [[bar.name for bar in chart.bars] for chart in charts] == [list(REPORTING_UNITS[n : min(n + 4, 9)]) for n in (0, 4, 8)]


def test_many_indicators_are_spread_over_several_tables(jiaxing, officer, school_indicator, monkeypatch):
    jiaxing.school()
    monkeypatch.setattr(tables, "MOST_COLUMNS", 1)
    names = [(grid.name, grid.head) for grid in part(read(jiaxing.city, officer), "各报送单位").grids]
    assert names == [
        (f"{YEAR}年各报送单位覆盖率（一）", ("报送单位", "组织覆盖率")),
        (f"{YEAR}年各报送单位覆盖率（二）", ("报送单位", "优质学校比例")),
    ]


def test_names_are_printed_as_they_are(jiaxing, officer):
    Organization.objects.filter(name="港区").update(name="<b>港&区</b>")
    assert "<b>港&区</b>" in words_of(papers.pdf(read(jiaxing.city, officer)))


# Asking for it


def test_only_what_one_may_see_is_asked_for(jiaxing, client):
    def answer(role: str, organization: Organization, node: Organization, **data) -> int:
        visitor = jiaxing.signed_in(jiaxing.person(role, organization))
        return visitor.post(reverse("coverage:bulletin", args=[node.pk]), data).status_code

    figures.settle()
    county, other = jiaxing.county(), jiaxing.county("海宁市")
    assert [answer("county_lead", county, node) for node in (county, jiaxing.town(), other, jiaxing.city)] == [302, 302, 404, 404]
    assert answer("city_officer", jiaxing.city, jiaxing.place()) == 404
    assert answer("county_lead", county, county, year="1999") == 404
    assert answer("county_lead", county, county, year="x") == 404
    assert client.get(reverse("coverage:bulletin", args=[county.pk])).status_code == 405


def test_asking_twice_leads_to_the_same_job(jiaxing, client):
    figures.settle()
    asked = [client.post(reverse("coverage:bulletin", args=[node.pk])).url for node in (jiaxing.city, jiaxing.city, jiaxing.county())]
    assert (asked[0] == asked[1], len(set(asked))) == (True, 2)


def test_a_node_that_went_elsewhere_meanwhile_is_not_told_of(jiaxing):
    figures.settle()
    town = jiaxing.town()
    client = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))
    client.post(reverse("coverage:bulletin", args=[town.pk]))
    town.parent = jiaxing.county("海宁市")
    town.save()
    job = Job.objects.latest("pk")
    running.run(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.sentence, bool(job.file)) == (State.FAILED, NOT_YOURS, False)


def test_the_button_asks_for_the_year_that_is_shown(jiaxing, officer):
    open_year(2013)
    figures.settle()
    overview = selectors.overview(node=jiaxing.city, year=2013, user=officer)
    request = RequestFactory().get("/coverage/")
    request.user = officer
    form = render_to_string("coverage/bulletin_button.html", {"node": jiaxing.city, "overview": overview}, request)
    assert f'action="{reverse("coverage:bulletin", args=[jiaxing.city.pk])}"' in form
    assert 'name="year" value="2013"' in form
    assert "csrfmiddlewaretoken" in form
