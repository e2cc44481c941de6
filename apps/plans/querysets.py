from typing import Self

from django.db import models

from apps.organizations.querysets import TenantQuerySet


class AttachmentQuerySet(TenantQuerySet):
    def of_plans(self, plans: models.QuerySet) -> Self:
        return self.filter(plan__in=plans)
