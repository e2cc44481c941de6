"""The forms of the lifecycle: drafting a report, and returning it with remarks."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict

from apps.core.lifecycle.models import Report, displayed


class ReportForm(forms.ModelForm):
    """A draft. Every field may be empty; what a submission needs is marked (`field.needed`) and checked by `Report.problems()`.

    Fields carry what the page shows beside them: `remark` (the reviewer's word on a returned report) and `theirs` (what someone else
    saved meanwhile).
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    sections: ClassVar[tuple[tuple[str, str, tuple[str, ...]], ...]] = ()  # (title, lead, fields), in the order of the page

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        last_return = self.instance.last_return
        remarks = last_return.remarks if last_return else {}
        fields: Mapping[str, Any] = self.fields
        for name, field in fields.items():
            field.required = name == "version"
            field.needed = name in self.instance.required_fields
            field.remark = remarks.get(name, "")

    def grouped(self) -> list[dict[str, Any]]:
        """The sections with their bound fields."""
        return [{"title": title, "lead": lead, "fields": [self[name] for name in names]} for title, lead, names in self.sections]

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Put the sentences of an incomplete submission at their fields, though nothing was posted."""
        self._errors = ErrorDict({name: self.error_class([text]) for name, text in problems.items() if name in self.fields})
        if others := [text for name, text in problems.items() if name not in self.fields]:
            self._errors[NON_FIELD_ERRORS] = self.error_class(others)

    def show_theirs(self, stored: Report) -> None:
        """Someone else saved meanwhile: keep what was typed, show their words beside it, and let a second save decide knowingly."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("version")] = stored.version
        self.data = data
        fields: Mapping[str, Any] = self.fields
        for name, field in fields.items():
            if name in stored.content_fields and getattr(stored, name) != self.cleaned_data.get(name):
                field.theirs = displayed(stored, name) or "（空）"


class ReturnForm(forms.Form):
    """Why a report goes back, and a remark wherever one helps."""

    reason = forms.CharField(
        label="退回理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="填报人会看到这段话。",
        error_messages={"required": "请写明退回理由。"},
    )

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for passage in report.passages():
            area = forms.Textarea(attrs={"rows": 2})
            self.fields[f"remark_{passage.name}"] = forms.CharField(
                label=f"对“{passage.label}”的意见", max_length=500, required=False, widget=area
            )

    def remarks(self) -> dict[str, str]:
        """Field name → remark, where there is one."""
        return {
            name.removeprefix("remark_"): text.strip()
            for name, text in self.cleaned_data.items()
            if name.startswith("remark_") and text.strip()
        }
