"""No child is named anywhere: no column, form field or import column looks like a child's name, picture, birthday, address or guardian.

Data about children under 14 is counts only, above the school (domain.md §3). What only looks like it, an adult's name, stands in ALLOWED
with its reason.
"""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models

from apps.core.ledgers import registry
from apps.core.tables import Table

# Whole words of an identifier.
NAMES = re.compile(
    r"(?:^|_)(?:pupils?|students?|child|children|kids?|guardians?|mother|father|parents|parent_(?:name|phone|mobile)|birth\w*|born|dob|age"
    r"|id_?cards?|identity(?:_\w+)?|id_number|home|address|photos?|portraits?|avatar|captions?|letters?|roster|member_?names?|members|name)(?:_|$)"
)
# Words of a label or a hint, once what it asks to leave out is left out.
WORDS = re.compile(
    r"姓名|名单|花名册|出生|生日|年龄|家长|监护人|父亲|母亲|身份证|证件号|学籍号|住址|家庭|照片|相片|图片说明|书信"
    r"|(?:队员|学生|儿童|孩子|小朋友|未成年人)(?!数|发展|组织|活动|阵地)"
)
LEFT_OUT = re.compile(r"(?:不填|不写|不要填写|不得填写)[^。；，]*")

# What looks like it and is not: "app.Model.field" or "app.Form.field" → what it holds.
ALLOWED = {
    "accounts.User.name": "an adult: whoever signs in",
    "audit.Act.name": "an adult: who acted",
    "audit.Act.address": "the network address of whoever acted",
    "notices.Robot.name": "what a group is called",
    "organizations.Organization.name": "what an organization is called",
    "organizations.PioneerUnit.name": "what a brigade, squad or team is called",
    "rooms.Room.name": "what a room is called",
    "plans.Attachment.name": "what a file is called; attachments are for documents, and the page says what they must not hold",
    "plans.Plan.leader": "an adult: who answers for the plan, with their post",
    "supervision.SupervisionReport.body_name": "what a supervision body is called",
    "supervision.SupervisionReport.body_head": "an adult: who heads the body, with their post",
    "conferences.Member.name": "an adult: who sits in the joint conference for their body",
    "conferences.Attachment.name": "what a file is called; attachments are for documents, and the page says what they must not hold",
    "conferences.MinutesForm.uploads": "documents; of a photo the camera's notes are taken out",
    "counselors.Counselor.name": "an adult: who is a counselor",
    "counselors.Exchange.counselors": "adults: the counselors of an exchange",
    "accounts.Session.address": "the network address of whoever signed in",
    "audit.SearchForm.address": "the network address of whoever acted",
    "audit.ActForm.address": "the same",
    "audit.ChangeForm.address": "the same",
    "audit.SearchForm.person": "an adult: who acted, searched for by name or account",
    "audit.ActForm.person": "the same",
    "audit.ChangeForm.person": "the same",
    "core.SampleForm.name": "what an activity is called, in the gallery of components",
    "core.SampleForm.members": "a count",
    "organizations.RegisterForm.name": "what a school is called",
    "people.BulkForm.roster": "adults: people who are given accounts",
    "people.HandoverForm.name": "an adult: who is given an account",
    "people.InviteForm.name": "an adult: who is given an account",
    "people.NewcomerFields.name": "an adult: who is given an account",
    "people.PersonForm.name": "an adult: who has the account",
    "plans.AttachForm.uploads": "the same as in the plan's form",
    "plans.PlanForm.uploads": "documents; of a photo the camera's notes are taken out",
}
# Columns of lists that come in or go out, as constants or tables name them: "module.CONSTANT", "module.Table".
COLUMNS = re.compile(r"(?:^|_)(?:COLUMNS|HEADS?|HEADING)$")
ALLOWED_COLUMNS = {
    "conferences.tables.MEMBER_HEADS": "adults: who sits in the joint conference",
    "people.rosters.COLUMNS": "adults: people who are given accounts",
    "people.views.opening.SHEET_HEADS": "adults: people who are given accounts, and their codes",
    "people.tables.PersonTable": "adults: people who have accounts",
    "organizations.tables.SchoolTable": "a count",
    "counselors.tables.CounselorTable": "adults: the counselors of a school or town",
    "accounts": "adults: people who have accounts",
    "counselors": "adults: the counselors of a school or town",
    "exchanges": "adults: the counselors who went",
    "schools": "counts",
    "units": "counts, and an adult who guides the unit",
    "place-units": "counts, and an adult who guides the unit",
    "town-units": "counts, and an adult who leads the committee",
}


def looks_like_a_child(name: str, *texts: Any) -> bool:
    return bool(NAMES.search(name) or any(WORDS.search(LEFT_OUT.sub("", str(text or ""))) for text in texts))


def ours(of: type) -> bool:
    return of.__module__.startswith("apps.")


def columns() -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every field of our models; a history table repeats those of its model."""
    for model in apps.get_models():
        if ours(model) and not hasattr(model, "pgh_tracked_model"):
            for field in model._meta.local_fields:
                yield f"{model._meta.label}.{field.name}", (field.name, field.verbose_name, field.help_text)


def all_forms(base: type = forms.BaseForm) -> Iterator[type]:
    for form in base.__subclasses__():
        yield form
        yield from all_forms(form)


def form_fields() -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every field that a form of ours adds to those of its model, and what it says otherwise about these."""
    for form in all_forms():
        app, model = form.__module__.split(".")[1], getattr(getattr(form, "_meta", None), "model", None)
        for name, field in getattr(form, "base_fields", {}).items() if ours(form) else ():
            of_model = model and any(each.name == name for each in model._meta.local_fields)
            key = f"{model._meta.label}.{name}" if of_model else f"{app}.{form.__name__}.{name}"
            yield key, (name, field.label, field.help_text)


def listed() -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every constant that names the columns of a list, every ledger, and every table of a page, which leaves as a file too."""
    for _, name, _ in pkgutil.walk_packages(import_module("apps").__path__, "apps."):
        if ".migrations" in name:
            continue
        module = import_module(name)
        for constant, value in vars(module).items():
            if COLUMNS.search(constant) and isinstance(value, tuple | list) and all(isinstance(each, str) for each in value):
                yield f"{name.removeprefix('apps.')}.{constant}", tuple(value)
    for ledger in registry.declared():
        yield ledger.key, tuple(word for column in ledger.fields.values() for word in (column.heading, *column.aliases, column.help))
    for table in tables(Table):
        heads = tuple(str(column.verbose_name) for column in table.base_columns.values() if column.verbose_name)
        yield f"{table.__module__.removeprefix('apps.')}.{table.__name__}", heads


def tables(base: type[Table]) -> Iterator[type[Table]]:
    for table in base.__subclasses__():
        if table.__module__.startswith("apps."):
            yield table
            yield from tables(table)


def everything() -> Iterator[tuple[str, tuple[Any, ...]]]:
    list(listed())  # every module is loaded, and with it every form
    yield from columns()
    yield from form_fields()


def test_no_field_is_about_a_child():
    assert {key: texts[1:] for key, texts in everything() if looks_like_a_child(*texts) and key not in ALLOWED} == {}


def test_no_list_has_a_column_about_a_child():
    found = {key: texts for key, texts in listed() if any(looks_like_a_child(text, text) for text in texts)}
    assert found.keys() == ALLOWED_COLUMNS.keys()


def test_what_is_allowed_is_there_and_needs_to_be():
    assert set(ALLOWED) - {key for key, texts in everything() if looks_like_a_child(*texts)} == set()


def test_forms_and_models_are_looked_at():
    keys = {key for key, _ in everything()}
    assert {"organizations.PioneerUnit.member_count", "organizations.RegisterForm.name", "plans.StageForm.responsible"} <= keys


CHILDREN = [
    models.CharField("队员姓名", name="name_of_member"),
    models.CharField("学生姓名", name="x"),
    models.CharField("儿童", name="x"),
    models.DateField("出生日期", name="x"),
    models.CharField("家长电话", name="x"),
    models.CharField("监护人", name="x"),
    models.CharField("身份证号", name="x"),
    models.CharField("住址", name="x"),
    models.CharField("照片说明", name="x"),
    models.CharField("备注", name="x", help_text="可填写队员的家庭情况。"),
    *(
        models.CharField("备注", name=name)
        for name in ("pupil", "student_name", "child", "member_name", "birth_date", "guardian", "parent_name")
    ),
    *(
        models.CharField("备注", name=name)
        for name in ("id_card", "identity_number", "home_address", "photo", "photo_caption", "members", "age")
    ),
]
OTHERS = [
    models.IntegerField("队员数", name="member_count", help_text="只填人数，不填姓名。"),
    models.CharField("辅导员（成人）", name="guide", help_text="负责指导的成年人，可以不填。"),
    models.ForeignKey("organizations.Organization", models.PROTECT, name="parent", verbose_name="上级"),
    models.IntegerField("少先队员数", name="member_count"),
    models.CharField("联系电话", name="phone"),
    models.CharField("少先队组织", name="reached"),
]


@pytest.mark.parametrize("field", CHILDREN, ids=lambda field: f"{field.name} {field.verbose_name}")
def test_a_made_up_field_about_a_child_is_seen(field):
    assert looks_like_a_child(field.name, field.verbose_name, field.help_text)


@pytest.mark.parametrize("field", OTHERS, ids=lambda field: f"{field.name} {field.verbose_name}")
def test_counts_and_adults_are_let_through(field):
    assert not looks_like_a_child(field.name, field.verbose_name, field.help_text)
