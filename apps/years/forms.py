from itertools import pairwise
from typing import Any

from apps.core.forms import DATE, SeenForm, refuse_slips
from apps.years.models import LAST_YEAR, Window


class WindowForm(SeenForm):
    """When the city takes one kind of report for a year."""

    class Meta:
        model = Window
        fields = ("opens_on", "due_on", "closes_on")
        widgets = dict.fromkeys(fields, DATE)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, self.Meta.fields, self.instance.year - 1, LAST_YEAR)
        for earlier, later in pairwise(self.Meta.fields):
            if data.get(earlier) and data.get(later) and data[later] < data[earlier]:
                self.add_error(later, f"{self.fields[later].label}不能早于{self.fields[earlier].label}。")
        return data
