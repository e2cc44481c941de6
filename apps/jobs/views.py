import logging
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import DetailView, TemplateView, View
from django.views.generic.detail import SingleObjectMixin

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.audit.taking import Taken
from apps.core.errors import DomainError
from apps.core.guard import SIGNED_IN, Guarded
from apps.core.pages import Pages
from apps.core.tables import arranged
from apps.core.throttle import EXPORT
from apps.jobs import progress, services
from apps.jobs.models import Job
from apps.jobs.tables import JobTable

log = logging.getLogger(__name__)


class JobPage(Guarded):
    """A job is looked up among one's own, in the role that is worn; anybody else's is not found."""

    permission = SIGNED_IN
    model = Job
    kwargs: dict[str, Any]

    def get_queryset(self) -> Any:
        return Job.objects.visible_to(self.request.user).select_related("organization", "hat__organization")


class JobList(JobPage, Taken, TemplateView):
    """What I have asked for in this role."""

    template_name = "jobs/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(table=arranged(self.request, JobTable(self.get_queryset()), pages=Pages), **kwargs)


class JobDetail(JobPage, DetailView):
    """How far it is; then its file, or why there is none. htmx asks for the changing part alone."""

    def get_template_names(self) -> list[str]:
        return ["jobs/standing.html" if self.request.headers.get("HX-Request") else "jobs/detail.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [("后台任务", reverse("jobs:list")), (str(self.object), None)]
        return super().get_context_data(standing=progress.of(self.object), crumbs=crumbs, **kwargs)


class JobCancel(JobPage, SingleObjectMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        job = self.get_object()
        try:
            services.cancel(job=job)
        except DomainError as error:
            messages.info(request, error.message)
        else:
            messages.success(request, "任务已取消。")
        return redirect(job)


class JobDownload(JobPage, DetailView):
    """The file it made; that it was fetched is in the log."""

    throttle = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        job = self.get_object()
        if not job.is_available:
            messages.info(request, "文件已超过保留时间，需要时请重新申请。")
            return redirect(job)
        try:
            file = job.file.open()
        except FileNotFoundError:
            log.exception("job %s has lost its file", job.pk)
            raise Http404 from None
        audit.record(Verb.DOWNLOAD, f"{job.title}：{job.filename}", details={"job": job.pk, "size": job.size})
        return FileResponse(file, as_attachment=True, filename=job.filename, content_type=job.content_type)
