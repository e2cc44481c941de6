"""What was filed with a unit's meetings, as one zip: a folder for each meeting."""

import logging
from tempfile import TemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.conferences.models import Attachment, Meeting
from apps.core import archives
from apps.core.errors import DomainError
from apps.jobs.models import Job
from apps.jobs.progress import Progress
from apps.jobs.registry import Result, kind
from apps.plans.papers import safe

log = logging.getLogger(__name__)

ZIP = "conferences.attachments"


@kind(ZIP, permission="conferences.view")
def attachments(job: Job, progress: Progress) -> Result:
    """Every file of the meetings of one unit that the owner sees."""
    meetings = Meeting.objects.visible_to(job.owner).of(job.arguments["unit"])
    found = Attachment.objects.filter(meeting__in=meetings).select_related("meeting").order_by("meeting__day", "pk")
    if not found:
        raise DomainError("历次会议都没有附件。")
    file, lost = TemporaryFile(), []  # noqa: SIM115  the engine closes it
    with ZipFile(file, "w", ZIP_DEFLATED) as bundle:
        for number, each in enumerate(progress.over(found), start=1):
            try:
                with each.file.open() as source:
                    archives.put(bundle, f"{safe(f'{each.meeting.day} {each.meeting}')}/{safe(f'{number:02} {each.name}')}", source)
            except FileNotFoundError:
                log.exception("attachment %s of meeting %s has lost its file", each.pk, each.meeting_id)
                lost.append(each.name)
    if len(lost) == len(found):
        raise DomainError("附件的文件都已丢失，请联系系统管理员。")
    file.seek(0)
    audit.record(Verb.EXPORT, job.title, details={"count": len(found) - len(lost)})
    missing = f"；文件已丢失、没有收入：{'、'.join(lost)}" if lost else ""
    return Result(file, f"{job.title}.zip", "application/zip", f"收入 {len(found) - len(lost)} 个附件{missing}。")
