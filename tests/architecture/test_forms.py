"""Every form over a stored row carries what its user saw, so that of two people the second is told and shown both."""

from typing import Any

from django.forms import ModelForm

from apps.core.forms import SeenForm
from apps.core.lifecycle.forms import ReportForm
from tests.architecture.test_urls import patterns

# Forms that make a row: nobody else can have changed it.
MAKING = {
    "organizations:register": "enters a school",
    "organizations:establish": "records a Pioneer organisation",
    "coverage:set_apart": "gives a unit a target of its own",
    "coverage:add_step": "adds a step on the way to a target",
    "coverage:exempt": "leaves an organization out of the count",
    "counselors:appoint": "registers a counselor",
    "years:ask": "applies for more time",
    "years:reopen": "records a correction",
}


def forms() -> dict[str, Any]:
    """Address → the form over a model that its view shows."""
    found = {name: getattr(getattr(entry.callback, "view_class", None), "form_class", None) for name, entry in patterns()}
    return {name: form for name, form in found.items() if form is not None and issubclass(form, ModelForm)}


def test_forms_carry_what_was_seen():
    blind = {name for name, form in forms().items() if not issubclass(form, SeenForm | ReportForm)}
    assert blind == set(MAKING)


def test_what_was_seen_is_a_field_of_each():
    seen = {name: {"seen", "version"} & set(form.base_fields) for name, form in forms().items() if name not in MAKING}
    assert {name for name, fields in seen.items() if len(fields) != 1} == set()
    assert len(seen) >= 8
