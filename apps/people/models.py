"""Where a person serves, and how to reach them."""

from collections.abc import Iterator

import pghistory
from django.conf import settings
from django.db import models
from django.urls import reverse

from apps.accounts.models import User
from apps.core.scope import Scope
from apps.organizations.models import Organization, RoleHolding, TenantModel
from apps.people import validators
from apps.people.enums import TONES, State
from apps.people.querysets import PersonQuerySet


class Person(User):
    """Somebody with an account, as those see them who keep the accounts of an organization (circular, addressees: its committee's people).

    Seen where they serve, and where they hold a role.
    """

    objects = PersonQuerySet.as_manager()  # type: ignore[misc,assignment]
    state: str  # `with_state` brings it

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "人员"
        verbose_name_plural = "人员"

    def get_absolute_url(self) -> str:
        return reverse("people:detail", args=[self.pk])

    @property
    def home(self) -> Organization | None:
        """Where they serve and who keeps their account; None where that is not for the reader to see."""
        return self.reach.organization if self.reach else None

    @property
    def reach(self) -> "Contact | None":
        """Their telephone and e-mail, where these are for the reader to see."""
        return getattr(self, "contact", None)

    @property
    def holdings(self) -> list[RoleHolding]:
        """The roles they hold, wherever that is."""
        if not hasattr(self, "posts"):
            self.posts = list(self.groups.filter(holding__isnull=False).select_related("holding__organization"))
        return sorted((group.holding for group in self.posts), key=lambda held: (held.organization.path, held.role))

    @property
    def state_words(self) -> str:
        return State(self.state).words

    @property
    def state_tone(self) -> str:
        return TONES[State(self.state)]

    def holdings_in(self, scope: Scope) -> list[RoleHolding]:
        """Those of their roles that somebody with this scope is shown."""
        return [held for held in self.holdings if scope.covers(held.organization)]

    def organizations_in_scope(self) -> Iterator[Organization]:
        """The organizations from which this person is seen."""
        if self.home:
            yield self.home
        yield from (held.organization for held in self.holdings)


@pghistory.track()
class Contact(TenantModel):
    """A person's telephone and e-mail, kept by the organization where they serve, which also keeps their account (domain.md §3).

    Personal data of adults: read only by roles that need it, every view of a list recorded. A name is not in here: whoever may see a
    report may see who handed it in.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contact", verbose_name="人员", editable=False)
    phone = models.CharField("联系电话", max_length=20, blank=True, validators=[validators.phone])
    email = models.EmailField("电子邮箱", blank=True)

    class Meta:
        verbose_name = "联系方式"
        verbose_name_plural = "联系方式"

    def __str__(self) -> str:
        return str(self.user)
