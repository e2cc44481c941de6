"""Reports with rows of their own: the stages of a plan, the inspections of a year. A draft's rows are replaced as a set."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models

from apps.core.lifecycle.forms import ReportForm


class BaseRows(forms.BaseFormSet):
    """Rows as they are typed; one left empty is not kept."""

    default_error_messages: ClassVar = {
        "missing_management_form": "页面没有完整送达，请刷新后重新填写。",
        "too_many_forms": "最多填 %(num)d 项，请合并或移除几项。",
    }

    def rows(self) -> list[dict[str, Any]]:
        """The rows that say something, in order."""
        return [row.cleaned_data for row in self.forms if any(row.cleaned_data.values())]


class RowsForm(ReportForm):
    """A draft with its rows: `form.rows` is their formset, `form.rows_part` what others said about it."""

    rows_name: ClassVar[str]  # the rows' related name; also the formset's prefix and the name of the part
    row_label: ClassVar[str]  # one of them, as the error summary counts it: 步骤 2
    rows_formset: ClassVar[type[forms.BaseFormSet]]  # made of BaseRows

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is posted replaces the rows as a set. Beside stored rows, a posted row that equals its stored one would count as left empty.
        data, initial = (self.data, None) if self.is_bound else (None, self._stored(self.instance))
        self.rows: Any = self.rows_formset(data, prefix=self.rows_name, initial=initial, form_kwargs=self.row_kwargs())

    @property
    def rows_part(self) -> Any:
        return self.parts[self.rows_name]

    def row_kwargs(self) -> dict[str, Any]:
        """What a row's form needs to know of the report."""
        return {}

    def is_valid(self) -> bool:
        rows_are = self.rows.is_valid()
        return super().is_valid() and rows_are

    def more_errors(self) -> list[tuple[str, str, str]]:
        """The wrong rows too, each with the way to its field."""
        if not self.is_bound:
            return super().more_errors()
        wrong = [
            (f"{self.row_label} {number} {field.label}", field.id_for_label, error)
            for number, row in enumerate(self.rows.forms, start=1)
            for field in row
            for error in field.errors
        ]
        return [
            *super().more_errors(),
            *wrong,
            *((self.rows_part.label, self.rows_part.auto_id, each) for each in self.rows.non_form_errors()),
        ]

    def show_theirs(self, stored: Any) -> None:
        super().show_theirs(stored)
        if self.rows.rows() != list(self._stored(stored)):
            self.rows_part.theirs = "\n".join(str(row) for row in getattr(stored, self.rows_name).all()) or "（空）"

    def _stored(self, report: Any) -> Any:
        return getattr(report, self.rows_name).values(*self.rows_formset.form.base_fields)


def replace(related: Any, rows: Iterable[Mapping[str, Any]], *, tenancy: Mapping[str, Any]) -> None:
    """Write a draft's rows in place of those it had, numbered from 1; untouched when nothing changed. `related` is the reverse manager."""
    rows = list(rows)
    if rows == list(related.values(*rows[0])) if rows else not related.exists():
        return
    related.all().delete()
    model: type[models.Model] = related.model
    owner = {related.field.name: related.instance}
    model._default_manager.bulk_create(model(position=n, **row, **owner, **tenancy) for n, row in enumerate(rows, start=1))
