"""The year's bulletin, made in the background."""

from io import BytesIO

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import documents
from apps.core.errors import DomainError
from apps.coverage import papers, selectors
from apps.coverage.services import figures
from apps.jobs.models import Job
from apps.jobs.progress import Progress
from apps.jobs.registry import Result, kind

BULLETIN = "coverage.bulletin"

NOT_YOURS = "您的角色看不到这个单位的覆盖情况，没有生成通报。"


@kind(BULLETIN, permission="coverage.view", before=figures.settle)
def bulletin(job: Job, progress: Progress) -> Result:
    """Of one node in one year (`arguments`). Figures are settled before it begins, so that no page waits until it is typeset."""
    progress.total = 2
    node = selectors.nodes(job.owner).filter(pk=job.arguments["node"]).first()
    if node is None:
        raise DomainError(NOT_YOURS)
    paper = papers.written(papers.read(node=node, year=job.arguments["year"], user=job.owner))
    progress.step("正在排版")
    file = BytesIO(papers.pdf(paper))
    progress.step()
    audit.record(Verb.EXPORT, job.title, details={"year": job.arguments["year"]})
    return Result(file, f"{job.title}.pdf", documents.PDF, "通报为草稿，不含文号、印章和日期，请核对后印发。")
