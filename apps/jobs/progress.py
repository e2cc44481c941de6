"""How far a running job is. Told many times a second at best, so it goes to the cache: the row keeps what it came to in the end."""

import time
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.cache import cache

from apps.jobs.enums import State
from apps.jobs.models import Job

T = TypeVar("T")
EVERY = 0.3  # seconds between two looks at the outside world
KEPT = 3600


class Cancelled(Exception):
    """Its owner has called it off, or another attempt has taken over: stop, and leave nothing."""


@dataclass(frozen=True)
class Standing:
    """How far a job is: what its page draws."""

    done: int
    total: int
    note: str = ""

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 0.0


class Progress:
    """What a job's function tells: `for plan in progress.over(plans, note=str): …`, or `progress.total = 3` and `progress.step("…")`."""

    def __init__(self, job: Job) -> None:
        self.job, self.done, self.total = job, 0, 0
        self._last = 0.0

    def over(self, things: Iterable[T], note: Any = str) -> Iterator[T]:
        """Each thing with a word about it before it is begun, and a step when it is done; several in a row add up."""
        things = things if isinstance(things, Sized) else list(things)
        self.total += len(things)
        for each in things:
            self.say(note(each))
            yield each
            self.done += 1
        self.say("")

    def step(self, note: str = "") -> None:
        """One more is done; what comes next."""
        self.done += 1
        self.say(note)

    def say(self, note: str) -> None:
        """Raises Cancelled when nobody waits for it any more."""
        if time.monotonic() - self._last < EVERY and self.done < self.total:
            return
        self._last = time.monotonic()
        cache.set(_key(self.job), (self.done, self.total, note), KEPT)
        # Another transaction's commit shows at once: this one reads what is committed, statement by statement.
        now = Job.objects.filter(pk=self.job.pk).values_list("state", "attempts").first()
        if now != (State.RUNNING, self.job.attempts):
            raise Cancelled


def of(job: Job) -> Standing:
    """How far a job is now."""
    told = cache.get(_key(job)) if job.state == State.RUNNING else None
    return Standing(*told) if told else Standing(job.done, job.total)


def _key(job: Job) -> str:
    return f"jobs:{job.pk}:{job.created_at.timestamp()}:{job.attempts}"
