"""The forms of the lifecycle: drafting a report and answering remarks, reading it with remarks, and returning it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict

from apps.core.forms import show_theirs
from apps.core.lifecycle.models import Report
from apps.core.lifecycle.remarks import MAX_REMARK, WHOLE


@dataclass
class Part:
    """A part of the page that is no field, with what others said about it."""

    name: str
    label: str
    remarks: list[Any] = field(default_factory=list)
    theirs: str = ""
    error: str = ""

    @property
    def auto_id(self) -> str:
        return f"id_{self.name}"


class ReportForm(forms.ModelForm):
    """A draft. Every field may be empty; what a submission needs is marked (`field.needed`) and checked by `Report.problems()`.

    Fields carry what the page shows beside them: `remarks` (the reviewers' open ones, each with the field for its answer) and `theirs`
    (what someone else saved meanwhile). What the page edits besides fields (the rows of a formset) is a `Part` and carries the same;
    remarks on what the page does not edit are the form's `other_remarks`.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    sections: ClassVar[tuple[tuple[str, str, tuple[str, ...]], ...]] = ()  # (title, lead, fields), in the order of the page
    part_labels: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_fields()
        self.initial["version"] = self.instance.version
        self.parts = {name: Part(name, label) for name, label in self.part_labels.items()}
        fields: Mapping[str, Any] = self.fields
        needed = self.instance.needed()
        for name, each in fields.items():
            each.required = name == "version"
            each.needed = name in needed
        self.answered = {f"answer_{remark.pk}": remark for remark in self.instance.open_remarks}
        self._show_remarks()
        if self.is_bound:
            self._unify_line_ends()

    def _show_remarks(self) -> None:
        """Put each open remark, with a field for its answer, at the passage it is about."""
        places: dict[str, Any] = {**self.fields, **self.parts}
        self.other_remarks: list[Any] = []
        for place in places.values():
            place.remarks = []
        for name, remark in self.answered.items():
            self.fields[name] = forms.CharField(
                label="答复",
                max_length=MAX_REMARK,
                required=False,
                initial=remark.answer,
                widget=forms.Textarea(attrs={"rows": 2}),
                show_hidden_initial=True,  # what its writer saw: of two who answer, nobody's words are lost
            )
            shown = places[remark.passage].remarks if remark.passage in places else self.other_remarks
            shown.append((remark, self[name]))

    def answers(self) -> dict[int, tuple[str, str]]:
        """Key of a remark → what the writer saw there and what they wrote; only where they wrote something else."""
        found = {remark.pk: (self._seen(name), self.cleaned_data.get(name, "")) for name, remark in self.answered.items()}
        return {key: (seen, words) for key, (seen, words) in found.items() if seen != words}

    def _seen(self, name: str) -> str:
        return self.data.get(f"initial-{name}", "").replace("\r\n", "\n").strip()

    def show_their_answers(self) -> None:
        """Beside an answer, the one that somebody else saved meanwhile; sending it again is deciding between them."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        for name, remark in self.answered.items():
            remark.refresh_from_db(fields=["answer"])
            if remark.answer not in (self._seen(name), self.cleaned_data.get(name, "")):
                self.fields[name].theirs = remark.answer or "（空）"  # type: ignore[attr-defined]
            self.data[f"initial-{name}"] = remark.answer  # type: ignore[index]

    def add_fields(self) -> None:
        """Fields that only the report itself can name."""

    def _unify_line_ends(self) -> None:
        """Browsers send CRLF for a line end and count one character: so do we, or a full field would be too long and no text unchanged."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name, each in self.fields.items():
            if isinstance(each.widget, forms.Textarea) and (key := self.add_prefix(name)) in data:
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
    """Why a report goes back, and a remark wherever one helps: a box for each passage, filled with the reviewer's own draft."""

    reason = forms.CharField(
        label="退回理由",
        max_length=MAX_REMARK,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="填报人会看到这段话。",
        error_messages={"required": "请写明退回理由。"},
    )

    def __init__(self, *args: Any, report: Report, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.passages = report.passages()
        drafted = report.remarks.filter(step__isnull=True, by=user)  # type: ignore[attr-defined]
        own = dict(drafted.values_list("passage", "text"))
        self.initial.setdefault("reason", own.get(WHOLE, ""))
        for passage in self.passages:
            self.fields[f"remark_{passage.name}"] = forms.CharField(
                label=f"对“{passage.label}”的意见",
                max_length=MAX_REMARK,
                required=False,
                initial=own.get(passage.name, ""),
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def boxes(self) -> Iterator[tuple[str, Any]]:
        """Passage → its box."""
        return ((passage.name, self[f"remark_{passage.name}"]) for passage in self.passages)

    def remarks(self) -> dict[str, str]:
        """Passage → what was written; a box that was emptied takes a draft back, one that was not on the page says nothing."""
        sent = {passage.name: f"remark_{passage.name}" for passage in self.passages}
        return {name: self.cleaned_data[box].strip() for name, box in sent.items() if box in self.data}


class ReviewForm(ReturnForm):
    """The same while a report is being read: the reason comes with the return, and is kept until then like a remark."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False

    def remarks(self) -> dict[str, str]:
        whole = {WHOLE: self.cleaned_data["reason"].strip()} if "reason" in self.data else {}
        return {**whole, **super().remarks()}

    def first_error(self) -> str:
        return next(str(error) for errors in self.errors.values() for error in errors)
