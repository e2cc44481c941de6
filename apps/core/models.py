"""What the house itself remembers; everything else here is abstract (lifecycle/models.py)."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Submission(models.Model):
    """A form that was sent and done, so that the same one sent again is not done twice (apps/core/once.py)."""

    deletable = True

    key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    answer = models.CharField(max_length=2000, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key
