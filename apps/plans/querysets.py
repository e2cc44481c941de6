from datetime import date
from typing import Self

from django.db import models


class WindowQuerySet(models.QuerySet):
    def open_on(self, day: date) -> Self:
        return self.filter(opens_on__lte=day, closes_on__gte=day)
