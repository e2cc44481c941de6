from typing import Any

from django import forms

from apps.core.forms import DATE, SeenForm, SpokenForm
from apps.organizations.enums import UNITS_AT, Kind, UnitKind
from apps.organizations.models import Organization, PioneerUnit, Place, School
from apps.organizations.services import places, schools, units
from apps.organizations.validators import not_in_future

PROFILE_HELP = {
    "class_count": "现有教学班数。",
    "member_count": "只填人数，不填姓名。",
    "opened_on": "不清楚可以不填。",
}


def _one_line(text: str) -> str:
    """Names are written without spaces, so that the same name is the same text."""
    return "".join(text.split())


class UnitForm(SpokenForm):
    """Establish a unit; the kinds are those that the town, school or place may have."""

    class Meta:
        model = PioneerUnit
        fields = ("kind", "name", "established_on", "member_count", "guide")
        widgets = {"kind": forms.RadioSelect, "established_on": DATE}
        help_texts = {
            "name": "同一单位内不重名，例如“春晖雏鹰假日小队”。",
            "member_count": "只填人数，不填姓名。",
            "guide": "负责指导的成年人，可以不填。",
        }

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = UNITS_AT[Kind(organization.kind)]
        self.initial["member_count"] = None
        if organization.kind == Kind.TOWN:
            self.initial.update(kind=UnitKind.TOWN_COMMITTEE, name=f"{organization}少工委")
        kinds: Any = self.fields["kind"]
        kinds.choices = [choice for choice in UnitKind.choices if choice[0] in allowed]

    def clean_name(self) -> str:
        return _one_line(self.cleaned_data["name"])


class UnitAmendForm(SeenForm):
    class Meta:
        model = PioneerUnit
        fields = units.AMENDABLE
        help_texts = UnitForm.Meta.help_texts

    def clean_name(self) -> str:
        return _one_line(self.cleaned_data["name"])


class DissolveForm(forms.Form):
    dissolved_on = forms.DateField(
        label="撤销日期", error_messages={"required": "请填写撤销日期。"}, widget=DATE, validators=[not_in_future]
    )


class CloseForm(forms.Form):
    closed_on = forms.DateField(label="撤并日期", error_messages={"required": "请填写撤并日期。"}, widget=DATE, validators=[not_in_future])


class PlaceForm(SeenForm):
    class Meta:
        model = Place
        fields = places.FACTS
        widgets = {"area": forms.RadioSelect, "opened_on": DATE}
        help_texts = {"opened_on": PROFILE_HELP["opened_on"]}


class SchoolForm(SeenForm):
    class Meta:
        model = School
        fields = schools.PROFILE
        widgets = {"area": forms.RadioSelect, "type": forms.RadioSelect, "strength": forms.RadioSelect, "opened_on": DATE}
        help_texts = PROFILE_HELP


class RegisterForm(SpokenForm):
    """A new school: where it belongs, what it is called, and its profile."""

    parent = forms.ModelChoiceField(Organization.objects.none(), label="所属", empty_label=None)
    name = forms.CharField(label="学校名称", max_length=60, help_text="用全称，全市不重名。")
    code = forms.RegexField(
        r"^[0-9A-Za-z]+$",
        label="学校代码",
        max_length=20,
        required=False,
        help_text="可以不填；填写后全市不重复。",
        error_messages={"invalid": "代码只含数字和字母，请核对。"},
    )

    class Meta:
        model = School
        fields = schools.PROFILE
        widgets = SchoolForm.Meta.widgets
        help_texts = PROFILE_HELP

    field_order = ("parent", "name", "code")

    def __init__(self, *args: Any, county: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(class_count=None, member_count=None)
        towns = Organization.objects.children_of(county, Kind.TOWN) | Organization.objects.of_kind(Kind.COUNTY).filter(pk=county.pk)
        parent: Any = self.fields["parent"]
        parent.queryset = towns.order_by("path")
        parent.label_from_instance = lambda each: f"{each}（直属）" if each.kind == Kind.COUNTY else str(each)

    def clean_name(self) -> str:
        return _one_line(self.cleaned_data["name"])
