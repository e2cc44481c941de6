"""The forms of the lifecycle: drafting a report, and returning it with remarks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict

from apps.core.forms import show_theirs
from apps.core.lifecycle.models import Report


@dataclass
class Part:
    """A part of the page that is no field, with what others said about it."""

    name: str
    label: str
    remark: str = ""
    theirs: str = ""
    error: str = ""

    @property
    def auto_id(self) -> str:
        return f"id_{self.name}"


class ReportForm(forms.ModelForm):
    """A draft. Every field may be empty; what a submission needs is marked (`field.needed`) and checked by `Report.problems()`.

    Fields carry what the page shows beside them: `remark` (the reviewer's word on a returned report) and `theirs` (what someone else
    saved meanwhile). What the page edits besides fields (the rows of a formset) is a `Part` and carries the same.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    sections: ClassVar[tuple[tuple[str, str, tuple[str, ...]], ...]] = ()  # (title, lead, fields), in the order of the page
    part_labels: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_fields()
        self.initial["version"] = self.instance.version
        last_return = self.instance.last_return
        remarks = last_return.remarks if last_return else {}
        self.parts = {name: Part(name, label, remarks.get(name, "")) for name, label in self.part_labels.items()}
        fields: Mapping[str, Any] = self.fields
        needed = self.instance.needed()
        for name, field in fields.items():
            field.required = name == "version"
            field.needed = name in needed
            field.remark = remarks.get(name, "")
        if self.is_bound:
            self._unify_line_ends()

    def add_fields(self) -> None:
        """Fields that only the report itself can name."""

    def _unify_line_ends(self) -> None:
        """Browsers send CRLF for a line end and count one character: so do we, or a full field would be too long and no text unchanged."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.Textarea) and (key := self.add_prefix(name)) in data:
                data[key] = data[key].replace("\r\n", "\n")
        self.data = data

    def grouped(self) -> list[dict[str, Any]]:
        """The sections with their bound fields."""
        return [{"title": title, "lead": lead, "fields": [self[name] for name in names]} for title, lead, names in self.sections]

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Put the sentences of an incomplete submission at their fields, though nothing was posted."""
        self._errors = ErrorDict({name: self.error_class([text]) for name, text in problems.items() if name in self.fields})
        for name, part in self.parts.items():
            part.error = problems.get(name, "")
        if others := [text for name, text in problems.items() if name not in {*self.fields, *self.parts}]:
            self._errors[NON_FIELD_ERRORS] = self.error_class(others)

    def more_errors(self) -> list[tuple[str, str, str]]:
        """What the error summary lists besides the fields: (label, id on the page, sentence)."""
        return [(part.label, part.auto_id, part.error) for part in self.parts.values() if part.error]

    def first_error(self) -> str:
        """One sentence about what is wrong, for a draft that saves itself."""
        sentences = [str(error) for errors in self.errors.values() for error in errors]
        return next(iter([*sentences, *(f"{label}：{error}" for label, _, error in self.more_errors())]), "内容有误，请核对标红的栏目。")

    def show_theirs(self, stored: Report) -> None:
        show_theirs(self, stored, stored.content_fields, version=stored.version)


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
            self.fields[f"remark_{passage.name}"] = forms.CharField(
                label=f"对“{passage.label}”的意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )

    def remarks(self) -> dict[str, str]:
        """Field name → remark, where there is one."""
        return {
            name.removeprefix("remark_"): text.strip()
            for name, text in self.cleaned_data.items()
            if name.startswith("remark_") and text.strip()
        }
