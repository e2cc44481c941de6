"""A bulletin asked for, made and read."""

import re
from io import BytesIO

from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from apps.coverage import papers
from apps.coverage.papers import bulletin
from apps.coverage.services import figures
from apps.jobs import running
from apps.jobs.enums import State
from apps.jobs.models import Job
from apps.organizations.models import Organization

YEAR = timezone.localdate().year


def made(client, node: Organization, **data) -> Job:
    """Asked for with the page's button, and done."""
    answer = client.post(reverse("coverage:bulletin", args=[node.pk]), data)
    job = Job.objects.latest("pk")
    assert answer.url == job.get_absolute_url()
    running.run(job.pk)
    return Job.objects.get(pk=job.pk)


def words_of(paper: bytes) -> str:
    """What a PDF says, without room between the words."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages))


def printed(job: Job) -> str:
    assert (job.state, job.content_type) == (State.DONE, "application/pdf")
    with job.file as file:
        return words_of(file.read())


def read(node: Organization, user, year: int = YEAR) -> papers.Bulletin:
    figures.settle()
    return papers.written(papers.read(node=node, year=year, user=user))


def headings(paper: papers.Bulletin) -> list[str]:
    return [part.heading for part in paper.parts]


def part(paper: papers.Bulletin, word: str) -> bulletin.Part:
    return next(each for each in paper.parts if word in each.heading)


def said(paper: papers.Bulletin, word: str) -> dict[str, str]:
    return {re.sub(r"^（.+?）|。$", "", item.head): item.text for item in part(paper, word).items}
