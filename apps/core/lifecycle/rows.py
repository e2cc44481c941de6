"""Reports with rows of their own: the stages of a plan, the inspections of a year. A draft's rows are replaced as a set."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models

from apps.core.lifecycle.forms import ReportForm


class BaseRows(forms.BaseFormSet):
    """Rows as they are typed; one left empty is not kept."""

    def rows(self) -> list[dict[str, Any]]:
        """The rows that say something, in order."""
        return [row.cleaned_data for row in self.forms if any(row.cleaned_data.values())]

    def sentences(self) -> list[str]:
        """What is wrong with the rows, each once."""
        wrong = [str(error) for row in self.forms for errors in row.errors.values() for error in errors]
        return list(dict.fromkeys([*wrong, *map(str, self.non_form_errors())]))


class RowsForm(ReportForm):
    """A draft with its rows: `form.rows` is their formset, `form.rows_remark` what the reviewer said of them."""

    rows_name: ClassVar[str]  # the rows' related name; also the formset's prefix and the name a remark is pinned to
    rows_label: ClassVar[str]
    rows_formset: ClassVar[type[forms.BaseFormSet]]  # made of BaseRows

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = self.rows_formset.form.base_fields
        # What is posted replaces the rows as a set. Beside stored rows, a posted row that equals its stored one would count as left empty.
        initial = None if self.is_bound else getattr(self.instance, self.rows_name).values(*names)
        data = self.data if self.is_bound else None
        self.rows: Any = self.rows_formset(data, prefix=self.rows_name, initial=initial, form_kwargs=self.row_kwargs())
        last_return = self.instance.last_return
        self.rows_remark = last_return.remarks.get(self.rows_name, "") if last_return else ""

    def row_kwargs(self) -> dict[str, Any]:
        """What a row's form needs to know of the report."""
        return {}

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if not self.rows.is_valid():
            self.add_error(None, [f"{self.rows_label}：{sentence}" for sentence in self.rows.sentences()])
        return data


def replace(related: Any, rows: Iterable[Mapping[str, Any]], *, tenancy: Mapping[str, Any]) -> None:
    """Write a draft's rows in place of those it had, numbered from 1; untouched when nothing changed. `related` is the reverse manager."""
    rows = list(rows)
    model: type[models.Model] = related.model
    if rows == list(related.values(*rows[0])) if rows else not related.exists():
        return
    related.all().delete()
    owner = {related.field.name: related.instance}
    model._default_manager.bulk_create(model(position=n, **row, **owner, **tenancy) for n, row in enumerate(rows, start=1))
