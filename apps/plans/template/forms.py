from typing import Any, ClassVar

from django import forms

from apps.core.lifecycle.rows import BaseRows
from apps.plans.models import Section
from apps.plans.sections import STAGES
from apps.plans.template import services

MOST_PARTS = 20


class PartForm(forms.Form):
    """One part. A row that is left empty is not kept; `key` says which part of the template it is, nothing for a new one."""

    key = forms.SlugField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label="标题", max_length=40, required=False)
    guidance = forms.CharField(label="填写提示", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    is_required = forms.BooleanField(label="必填", required=False)
    position = forms.IntegerField(label="次序", min_value=1, max_value=99, required=False)
    remove = forms.BooleanField(label="移除这一部分", required=False)

    def __init__(self, *args: Any, settled: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = self.initial.get("key") or (self.data.get(self.add_prefix("key")) if self.is_bound else "")
        self.is_stages, self.is_new = key == STAGES, not key
        if self.is_stages or not key:
            del self.fields["remove"]
        if settled:
            for name in {*self.fields} - {"key", "guidance"}:
                self.fields[name].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("key") and not data.get("title", "").strip() and not data.get("remove"):
            self.add_error("title", "请填写标题；不需要这一部分的，请勾选移除。")
        elif not data.get("title", "").strip() and data.get("guidance", "").strip():
            self.add_error("title", "请填写标题。")
        return data


class BaseParts(BaseRows):
    def rows(self) -> list[dict[str, Any]]:
        """The parts that stay, in the order of their numbers."""
        kept = [row.cleaned_data for row in self.forms if row.cleaned_data.get("title") and not row.cleaned_data.get("remove")]
        return sorted(kept, key=lambda row: row["position"] or MOST_PARTS * 5)


class TemplateForm(forms.Form):
    """The whole template. It carries what its user saw; after a Conflict, `theirs` says what was saved meanwhile."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    rows_formset: ClassVar = forms.formset_factory(PartForm, formset=BaseParts, extra=1, max_num=MOST_PARTS, validate_max=True)
    fixed_formset: ClassVar = forms.formset_factory(PartForm, formset=BaseParts, extra=0, max_num=MOST_PARTS, validate_max=True)
    theirs = ""

    def __init__(self, *args: Any, sections: list[Section], settled: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = services.fingerprint(sections)
        names = ("key", "title", "guidance", "is_required", "position")
        initial = None if self.is_bound else [{name: getattr(section, name) for name in names} for section in sections]
        formset = self.fixed_formset if settled else self.rows_formset
        self.rows: Any = formset(self.data if self.is_bound else None, prefix="sections", initial=initial, form_kwargs={"settled": settled})

    def is_valid(self) -> bool:
        rows_are = self.rows.is_valid()
        return super().is_valid() and rows_are

    def more_errors(self) -> list[tuple[str, str, str]]:
        """The wrong rows, each with the way to its field."""
        if not self.is_bound:
            return []
        wrong = [
            (f"第 {number} 部分 {field.label}", field.id_for_label, error)
            for number, row in enumerate(self.rows.forms, start=1)
            for field in row
            for error in field.errors
        ]
        return [*wrong, *(("方案部分", "id_sections", each) for each in self.rows.non_form_errors())]

    def show_theirs(self, sections: list[Section]) -> None:
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = services.fingerprint(sections)
        self.data = data
        self.theirs = "\n".join(
            f"{each.position}. {each.title}{'（必填）' if each.is_required else ''}：{each.guidance}" for each in sections
        )
