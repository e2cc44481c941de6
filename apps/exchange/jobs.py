"""The long parts of an import, as jobs. Each may run again from its beginning: what is done is found done."""

from apps.core import exports as formats
from apps.exchange.models import Upload
from apps.exchange.services import checking, exports, uploads, writing
from apps.jobs.models import Job
from apps.jobs.progress import Progress
from apps.jobs.registry import Result, kind

PERMISSION = "organizations.view"  # everybody's; what a ledger asks for is asked of each row


@kind(uploads.READ, permission=PERMISSION)
def read(job: Job, progress: Progress) -> Result:
    upload = checking.read(upload=_upload(job), by=job.owner, progress=progress)
    return Result(sentence=upload.sentence or f"检查了 {upload.total} 行，{upload.wrong} 行有误。")


@kind(uploads.WRITE, permission=PERMISSION)
def write(job: Job, progress: Progress) -> Result:
    upload = writing.apply(upload=_upload(job), by=job.owner, progress=progress)
    return Result(sentence=upload.sentence or f"新增 {upload.new} 行，修改 {upload.changed} 行。")


@kind(uploads.UNDO, permission=PERMISSION)
def undo(job: Job, progress: Progress) -> Result:
    upload = writing.undo(upload=_upload(job), by=job.owner, progress=progress)
    return Result(sentence=upload.sentence or "已撤回。")


@kind(exports.TAKE_OUT, permission=PERMISSION)
def take_out(job: Job, progress: Progress) -> Result:
    """A ledger that is too long to wait for."""
    format = job.arguments["format"]
    file, count = exports.make(key=job.arguments["ledger"], format=format, by=job.owner, progress=progress)
    return Result(file, f"{job.title}.{format}", formats.FORMATS[format], f"共 {count:,} 行。")


def _upload(job: Job) -> Upload:
    return Upload.objects.visible_to(job.owner).get(pk=job.arguments["upload"])
