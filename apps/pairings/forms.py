from django import forms

from apps.core.forms import DATE
from apps.organizations.two_sided.forms import TwoSidedForm
from apps.pairings.models import Pairing


class PairingForm(TwoSidedForm):
    sections = (
        ("目标和计划", "对方学校会看到这些内容，双方商量好再写更省事。", ("goals", "plan", "stages")),
        ("起止日期", "", ("starts_on", "ends_on")),
    )

    class Meta:
        model = Pairing
        fields = ("goals", "plan", "stages", "starts_on", "ends_on")
        widgets = {
            "goals": forms.Textarea(attrs={"rows": 4}),
            "plan": forms.Textarea(attrs={"rows": 6}),
            "stages": forms.Textarea(attrs={"rows": 6}),
            "starts_on": DATE,
            "ends_on": DATE,
        }
