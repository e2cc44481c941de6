"""The pages of receipts: the paper for whoever sees the report, and the check that is open to everybody."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.views.generic import TemplateView, View

from apps.core import documents, scope
from apps.core.errors import DomainError
from apps.core.guard import SIGNED_IN, Guarded
from apps.core.lifecycle import receipts
from apps.core.throttle import EXPORT, VERIFY


class CodeForm(forms.Form):
    code = forms.CharField(
        label="回执编码",
        max_length=receipts.LONGEST,
        help_text="共 20 位，分 5 组；不分大小写，空格和短横可以不输。",
        error_messages={"required": "请输入回执上的编码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class Receipt(Guarded, View):
    """A step's receipt as a paper, for whoever sees the report."""

    permission = SIGNED_IN
    throttle = EXPORT

    def get(self, request: Any, code: str) -> HttpResponse:
        step = receipts.find(code)
        if step is None or not receipts.has_receipt(step):
            raise Http404
        report = type(step.report)._default_manager.visible_to(request.user).filter(pk=step.report_id).first()
        if report is None:
            raise Http404
        address = request.build_absolute_uri(reverse("core:verification", args=[receipts.code_of(step)]))
        try:
            paper = receipts.pdf(step, address=address)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(report)
        name = f"{report}{step.verb_label}回执.pdf"
        response = HttpResponse(paper, content_type=documents.PDF)
        response.headers["Content-Disposition"] = content_disposition_header(True, name)
        return response


@method_decorator(login_not_required, name="dispatch")
class Verify(TemplateView):
    """Where a code is typed in."""

    template_name = "core/verify.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = CodeForm(request.GET or None)
        if form.is_valid():
            return redirect("core:verification", receipts.read(form.cleaned_data["code"]) or receipts.NONE)
        return self.render_to_response({"form": form})


@method_decorator(login_not_required, name="dispatch")
class Verification(TemplateView):
    """What a receipt proves, to whoever has its code; a wrong one is told nothing."""

    template_name = "core/verify.html"
    throttle = VERIFY

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        typed = self.kwargs["typed"]
        with scope.opened(scope.EVERYTHING):  # the code is the key: it is found by no other way
            step = receipts.find(typed)
            standing = receipts.standing(step) if step is not None and receipts.has_receipt(step) else None
        code = receipts.code_of(step) if standing and step else ""
        context = {"standing": standing, "code": code, "form": CodeForm(initial={} if standing else {"code": typed[: receipts.LONGEST]})}
        return self.render_to_response(context, status=200 if standing else 404)
