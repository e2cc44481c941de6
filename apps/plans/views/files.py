"""Files of a plan: attached, fetched, made for printing."""

import logging
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.generic import DetailView, View
from django.views.generic.detail import SingleObjectMixin

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import DomainError
from apps.core.guard import Guarded
from apps.core.throttle import EXPORT
from apps.jobs import services as jobs
from apps.plans import papers, services
from apps.plans.forms import AttachForm
from apps.plans.jobs import TITLES, VOLUME, ZIP
from apps.plans.models import Attachment, Plan
from apps.plans.views.plans import PlanPage

log = logging.getLogger(__name__)


class PlanAttach(PlanPage, SingleObjectMixin, View):
    """Files sent while the draft is open in its form, each as it is chosen; the answer is the list as it now stands."""

    permission = "plans.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = AttachForm(request.POST, request.FILES, plan=self.object)
        if not form.is_valid():
            return JsonResponse({"message": "".join(map(str, form.errors.get("uploads", ["附件已经变动，请刷新。"])))}, status=422)
        try:
            plan = services.attach(
                plan=self.object, by=request.user, files=form.cleaned_data["uploads"], remove=form.cleaned_data["remove"]
            )
        except DomainError as error:
            return JsonResponse({"message": error.message}, status=422)
        listed = render_to_string("plans/attachment_rows.html", {"attachments": plan.attachments.all()})
        return JsonResponse({"html": listed, "version": plan.version})


class AttachmentDownload(Guarded, DetailView):
    """A file of a plan that the user sees; always saved, never shown inside the portal."""

    permission = "plans.view"
    model = Attachment

    def get_queryset(self) -> Any:
        return Attachment.objects.of_plans(Plan.objects.visible_to(self.request.user))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        attachment = self.get_object()
        try:
            file = attachment.file.open()
        except FileNotFoundError:
            log.exception("attachment %s has lost its file", attachment.pk)
            raise Http404 from None
        audit.record(Verb.DOWNLOAD, f"{attachment.plan}：{attachment.name}", details={"size": attachment.size})
        return FileResponse(file, as_attachment=True, filename=attachment.name, content_type=attachment.content_type)


class PlanPaper(PlanPage, DetailView):
    """The plan as an official paper, to print or to go on writing in; that it was taken is in the log."""

    throttle = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        suffix = self.kwargs["format"]
        if suffix not in papers.FORMATS:
            raise Http404
        plan = self.get_object()
        try:
            paper = papers.pdf(plan) if suffix == "pdf" else papers.docx(plan)
        except DomainError as error:
            messages.error(request, error.message)
            return self.to("detail")
        audit.record(Verb.EXPORT, f"{plan}（{suffix}）", details={"format": suffix})
        response = HttpResponse(paper, content_type=papers.FORMATS[suffix])
        response.headers["Content-Disposition"] = content_disposition_header(True, papers.filename(plan, suffix))
        return response


class PlanArchive(Guarded, View):
    """Ask for a year's plans as one file; a job makes it."""

    permission = "plans.view"
    http_method_names = ["post"]
    kinds = {"zip": ZIP, "pdf": VOLUME}

    def post(self, request: Any, year: int, format: str) -> HttpResponse:
        if format not in self.kinds:
            raise Http404
        kind, here = self.kinds[format], request.hat.organization
        try:
            job = jobs.start(kind=kind, title=f"{year}年{TITLES[kind]}", organization=here, by=request.user, arguments={"year": year})
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(f"{reverse('plans:list')}?year={year}")
        return redirect(job)
