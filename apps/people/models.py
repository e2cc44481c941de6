"""Where a person serves, and how to reach them."""

import pghistory
from django.conf import settings
from django.db import models

from apps.organizations.models import TenantModel


@pghistory.track()
class Contact(TenantModel):
    """A person's telephone and e-mail, kept by the organization where they serve, which also keeps their account (domain.md §3).

    Personal data of adults: read only by roles that need it, every view of a list recorded. A name is not in here: whoever may see a
    report may see who handed it in.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contact", verbose_name="人员", editable=False)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    email = models.EmailField("电子邮箱", blank=True)

    class Meta:
        verbose_name = "联系方式"
        verbose_name_plural = "联系方式"

    def __str__(self) -> str:
        return str(self.user)
