"""The years as the city sets them."""

from datetime import timedelta

import factory
from django.utils import timezone

from apps.years.models import Window


class WindowFactory(factory.django.DjangoModelFactory):
    """`WindowFactory()`: next year's plans, taken since yesterday and due in ten days; with `ends=-30` the window has closed."""

    class Meta:
        model = Window
        exclude = ("ends",)

    ends = 10  # days from today to the due day; the window closes twenty days later
    kind = "plans"
    year = factory.LazyFunction(lambda: timezone.localdate().year + 1)
    due_on = factory.LazyAttribute(lambda window: timezone.localdate() + timedelta(days=window.ends))
    opens_on = factory.LazyAttribute(lambda window: min(timezone.localdate(), window.due_on) - timedelta(days=1))
    closes_on = factory.LazyAttribute(lambda window: window.due_on + timedelta(days=20))
