"""Choosing the other school: a search among all schools of the city, and the choice itself."""

from typing import Any

from django import forms
from django.db.models import Q

from apps.core.lifecycle.forms import ReportForm
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.organizations.querysets import OrganizationQuerySet
from apps.organizations.two_sided.services import years_open
from apps.organizations.two_sided.validators import wrong_dates

GONE = {"invalid_choice": "没有这所学校，请从列表中选择。", "required": "请选择对方学校。"}


class SchoolSearch(forms.Form):
    """Which schools to show. The tree's names are public to whoever is signed in; a school's profile is not, so it is not searched."""

    year = forms.TypedChoiceField(label="年度", coerce=int, required=False, empty_value=None)
    county = forms.ModelChoiceField(Organization.objects.counties(), label="报送单位", required=False, empty_label="全市")
    q = forms.CharField(label="学校或镇（街道）名称", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"}))

    def __init__(self, *args: Any, year: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = sorted({*years_open(), *([year] if year else [])}, reverse=True)
        field: Any = self.fields["year"]
        field.choices = [(each, f"{each}年") for each in years]

    def schools(self, organization: Organization) -> OrganizationQuerySet:
        """The schools that fit, but for one's own; what cannot be read as a condition is none."""
        self.is_valid()
        found = Organization.objects.of_kind(Kind.SCHOOL).exclude(pk=organization.pk)
        if county := self.cleaned_data.get("county"):
            found = found.filter(county=county)
        for word in self.cleaned_data.get("q", "").split():
            found = found.filter(Q(name__icontains=word) | Q(parent__name__icontains=word))
        return found.select_related("parent", "county").order_by("county__position", "parent__code", "name")


class PartnerForm(forms.Form):
    """The school that was chosen, and the year it is for."""

    year = forms.TypedChoiceField(coerce=int, error_messages=dict.fromkeys(("required", "invalid_choice"), "请选择所列的年度。"))
    partner = forms.ModelChoiceField(Organization.objects.of_kind(Kind.SCHOOL), label="对方学校", error_messages=GONE)

    def __init__(self, *args: Any, year: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["year"]
        field.choices = [(each, each) for each in {*years_open(), *([year] if year else [])}]


class TwoSidedForm(ReportForm):
    """The words and dates of a report whose two sides are chosen already."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        for name, sentence in wrong_dates(year=self.instance.year, starts_on=data.get("starts_on"), ends_on=data.get("ends_on")).items():
            self.add_error(name, sentence)
        return data
