"""Reads of the log of acts and of the seals."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from apps.audit.enums import Verb


class ActQuerySet(models.QuerySet):
    def between(self, since: datetime, until: datetime) -> Self:
        return self.filter(at__gte=since, at__lt=until)

    def of(self, *verbs: Verb | str) -> Self:
        return self.filter(verb__in=verbs)

    def by(self, users: list[int], name: str = "") -> Self:
        """What these accounts did; with a name also what nobody had signed in for, such as a failed sign-in under that name."""
        mine = Q(user__in=users)
        return self.filter(mine | Q(user__isnull=True, name=name)) if name else self.filter(mine)

    def for_organizations(self, keys: list[int]) -> Self:
        return self.filter(organization__in=keys)

    def from_address(self, address: str) -> Self:
        return self.filter(address=address)

    def of_request(self, request: UUID | str) -> Self:
        return self.filter(request=request)

    def older_than(self, at: datetime, key: int) -> Self:
        """The page after the row (at, key) in a list with the newest first."""
        return self.filter(at__lte=at).exclude(at=at, pk__gte=key)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def latest_verification(self) -> Any:
        return self.of(Verb.VERIFY).newest_first().first()


class SealQuerySet(models.QuerySet):
    def last_link(self) -> Any:
        """The head of the chain; None before the first round."""
        return self.order_by("-number").first()

    def of_table(self, table: str) -> Self:
        return self.filter(table=table).order_by("number")

    def after(self, number: int) -> Self:
        return self.filter(number__gt=number).order_by("number")

    def walk(self, step: int) -> Iterator[Any]:
        """The chain from its beginning, read by key: no cursor that a pooled connection would lose, no list of all of it."""
        links: list[Any] = list(self.after(0)[:step])
        while links:
            yield from links
            links = list(self.after(links[-1].number)[:step])

    def made_before(self, moment: datetime) -> Self:
        return self.filter(at__lt=moment).order_by("number")
