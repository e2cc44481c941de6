"""What can be done as a job. An app declares it in its `jobs.py`, found the way Django finds `admin.py`:

    @kind("plans.archive", permission="plans.view")
    def archive(job: Job, progress: Progress) -> Result: ...

The function runs in a worker, in one transaction, in the scope of the role that its owner wore when they asked; `job.owner` wears it, so
`Model.objects.visible_to(job.owner)` and `job.owner.has_perm(…)` answer as they would on a page. It may be run again from the beginning
when its worker is killed, so it reads and returns a file, or writes what is written once however often it is asked for. What stands
against it is a DomainError, a sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from apps.jobs.models import Job
    from apps.jobs.progress import Progress


@dataclass(frozen=True)
class Result:
    """What a job has made: a file at its beginning, what it is called, its type; and what is to be said about it."""

    file: IO[bytes] | None = None
    filename: str = ""
    content_type: str = ""
    sentence: str = ""


Work = Callable[["Job", "Progress"], Result]


@dataclass(frozen=True)
class Kind:
    key: str  # "<app>.<what it makes>"
    permission: str  # asked when the job is started, and again when it runs
    work: Work
    before: Callable[[], None] | None = None  # done in a transaction of its own: the locks it takes are gone when the long work begins


_kinds: dict[str, Kind] = {}


def kind(key: str, *, permission: str, before: Callable[[], None] | None = None) -> Callable[[Work], Work]:
    """Decorator for a `jobs.py`."""

    def declare(work: Work) -> Work:
        _kinds[key] = Kind(key, permission, work, before)
        return work

    return declare


def find(key: str) -> Kind | None:
    """The declared kind; None for one that is no more."""
    autodiscover_modules("jobs")
    return _kinds.get(key)
