"""Two people at one draft, in every order: what each wrote is kept, and only what both changed asks for a decision."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.lifecycle.merging import digest, join
from apps.core.rich_fields import SUFFIX
from tests.plans.conftest import STAGES, YEAR


@pytest.fixture
def county(jiaxing, lead):
    return jiaxing.signed_in(lead)


@pytest.fixture
def colleague(jiaxing):
    return jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county(), name="李强"))


@pytest.fixture
def page(plan):
    """What a browser posts that has the draft open: `page(client)` opens it, and gives a function that sends what changed there."""

    def opened(client):
        form = client.get(f"/plans/{plan.pk}/edit/").context["form"]
        base = {
            "version": form["version"].value(),
            "parts_seen": form["parts_seen"].value(),
            **{name + SUFFIX: form[name].value() for name in form.written},
            **{name: form[name].value() for name in ("leader", "contact")},
            **STAGES,
        }

        def send(*, quietly=True, **changed):
            sent = {**base, **{name + SUFFIX if name in form.written else name: value for name, value in changed.items()}}
            return client.post(f"/plans/{plan.pk}/edit/", sent, headers={"X-Autosave": "1"} if quietly else {})

        return send

    return opened


def test_parts_that_nobody_else_touched_are_joined_by_themselves(county, colleague, plan, page):
    mine, theirs = page(county), page(colleague)
    assert theirs(goals="<p>李强的目标</p>", contact="李强，0573-1").status_code == 200
    answer = mine(measures="<p>王芳的措施</p>").json()

    assert answer["taken"] == {"goals": "<p>李强的目标</p>", "contact": "李强，0573-1"}
    assert answer["theirs"] == {}
    assert "李强" in answer["notice"] and "修改了“目标任务”、“联系人及电话”，已合并到这份草稿。" in answer["notice"]
    plan.refresh_from_db()
    assert (plan.texts["goals"], plan.texts["measures"], plan.contact) == ("<p>李强的目标</p>", "<p>王芳的措施</p>", "李强，0573-1")


def test_a_part_that_both_changed_stays_theirs_until_the_second_decides(county, colleague, plan, page):
    mine, theirs = page(county), page(colleague)
    theirs(goals="<p>李强的目标</p>")
    answer = mine(goals="<p>王芳的目标</p>", measures="<p>王芳的措施</p>")
    told = answer.json()

    assert answer.status_code == 409
    assert list(told["theirs"]) == ["goals"] and "李强的目标" in told["theirs"]["goals"]
    assert "goals" not in told["seen"] and told["seen"]["measures"] == digest("<p>王芳的措施</p>")
    assert "也修改了“目标任务”，与您写的不一样。请选用一份，其余内容已保存。" in told["message"]
    plan.refresh_from_db()
    assert (plan.texts["goals"], plan.texts["measures"]) == ("<p>李强的目标</p>", "<p>王芳的措施</p>")
    assert mine(goals="<p>王芳的目标</p>").status_code == 409  # whoever does not decide overwrites nothing

    decided = {**json.loads(county.get(f"/plans/{plan.pk}/edit/").context["form"]["parts_seen"].value())}
    assert mine(goals="<p>王芳的目标</p>", measures="<p>王芳的措施</p>", parts_seen=json.dumps(decided)).status_code == 200
    plan.refresh_from_db()
    assert plan.texts["goals"] == "<p>王芳的目标</p>"


def test_without_a_script_the_other_text_stands_beside_and_a_second_save_decides(county, colleague, plan, page, written):
    seen = county.get(f"/plans/{plan.pk}/edit/").context["form"]["parts_seen"].value()
    page(colleague)(goals="<p>李强的目标</p>", duties="<ol><li><p>李强的分工</p></li></ol>", leader="李强")
    answer = county.post(f"/plans/{plan.pk}/edit/", written(goals="王芳的目标", parts_seen=seen))

    form = answer.context["form"]
    assert (answer.status_code, form["goals"].value()) == (409, "<p>王芳的目标</p>")
    assert {name: field.theirs for name, field in form.fields.items() if getattr(field, "theirs", "")} == {"goals": "李强的目标"}
    assert (form["duties"].value(), form["leader"].value()) == ("<ol><li><p>李强的分工</p></li></ol>", "李强")
    assert "有内容需要您选择" in answer.content.decode()

    again = written(goals="王芳的目标", duties="1. 李强的分工", leader="李强", parts_seen=form["parts_seen"].value())
    assert county.post(f"/plans/{plan.pk}/edit/", again).status_code == 302
    plan.refresh_from_db()
    assert (plan.texts["goals"], plan.texts["duties"]) == ("<p>王芳的目标</p>", "<ol><li><p>李强的分工</p></li></ol>")


def test_stages_that_both_changed_are_shown_with_their_rows(county, colleague, plan, page):
    mine, theirs = page(county), page(colleague)
    theirs(**{"stages-0-title": "李强的步骤"})
    told = mine(**{"stages-0-title": "王芳的步骤"}).json()
    assert list(told["theirs"]) == ["stages"]
    assert f"{YEAR}-03-01 至 {YEAR}-03-31 李强的步骤（办公室）" in told["theirs"]["stages"]
    assert 'value="李强的步骤"' in told["theirs"]["stages"]


def test_saving_what_is_saved_already_changes_nothing(county, plan, page):
    mine = page(county)
    first, second = mine(goals="<p>新</p>").json(), mine(goals="<p>新</p>").json()
    assert (first["version"], second["version"]) == (2, 2)


def test_whoever_saved_lately_is_named_to_the_other_and_not_to_themselves(county, colleague, plan, page):
    theirs = page(colleague)
    theirs(goals="<p>李强的目标</p>")
    assert "李强 1 分钟前也在编辑" in county.get(f"/plans/{plan.pk}/edit/").content.decode()
    assert "也在编辑" not in colleague.get(f"/plans/{plan.pk}/edit/").content.decode()


def test_nonsense_that_was_seen_is_nothing_seen(county, plan, page):
    mine = page(county)
    assert mine(goals="<p>新</p>", parts_seen="[1]").status_code == 200
    assert mine(goals="<p>旧</p>", parts_seen="{").status_code == 409  # the version is not the one that stands


VALUES = st.fixed_dictionaries({name: st.integers(0, 3) for name in "abc"})


@given(VALUES, VALUES, VALUES)
def test_nothing_that_somebody_wrote_is_lost(base, first, second):
    """After both saved, every changed part holds the words of somebody who changed it, or asks."""
    seen = {name: digest(value) for name, value in base.items()}
    joined = join(mine=second, stored=first, seen=seen)
    for name in base:
        if name in joined.colliding:
            assert first[name] != base[name] != second[name] and first[name] != second[name]
        else:
            assert joined.values[name] == (second[name] if second[name] != base[name] else first[name])
    assert set(joined.taken) == {name for name in base if second[name] == base[name] != first[name]}
