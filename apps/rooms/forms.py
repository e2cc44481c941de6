from itertools import groupby
from typing import Any

from django import forms

from apps.core.forms import DATE
from apps.core.lifecycle.forms import ReportForm
from apps.rooms.models import Checklist, Room, plain


class ItemsInput(forms.CheckboxSelectMultiple):
    """The checklist, one box a thing, by groups."""

    template_name = "rooms/items_input.html"


class RoomForm(ReportForm):
    items = forms.MultipleChoiceField(label="已有设施和用品", widget=ItemsInput)

    class Meta:
        model = Room
        fields = ("name", "location", "area", "built_on", "items", "description")
        widgets = {
            "area": forms.NumberInput(attrs={"step": "0.1", "min": "0.1", "inputmode": "decimal"}),
            "built_on": DATE,
            "description": forms.Textarea(attrs={"rows": 3}),
        }

    sections = (
        ("队室情况", "", ("name", "location", "area", "built_on")),
        ("设施和用品", "对照标准逐项勾选，没有的不勾；标“选配”的不影响是否达标。", ("items", "description")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room = self.instance
        fields: dict[str, Any] = self.fields
        fields["items"].choices = _choices(room.checklist)
        classes = room.organization.school.class_count
        fields["area"].help_text = f"本校 {classes} 个班，标准为不少于 {plain(room.threshold)} 平方米。按实际使用面积填写，可保留一位小数。"

    def shortfalls(self) -> list[str]:
        """What the room would still lack as it stands in the form."""
        self.is_valid()
        area, items = self.cleaned_data.get("area"), self.cleaned_data.get("items", [])
        return self.instance.checklist.shortfalls(area=area, threshold=self.instance.threshold, present=items)


def _choices(checklist: Checklist) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (label, [(item.key, item.label if item.required else f"{item.label}（选配）") for item in items])
        for label, items in groupby(checklist.items.all(), key=lambda item: item.get_group_display())
    ]
