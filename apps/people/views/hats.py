from typing import Any

from django.conf import settings
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpResponse, HttpResponseRedirect
from django.views.generic import TemplateView

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.guard import SIGNED_IN, Guarded
from apps.organizations.middleware import HAT


class Hats(Guarded, RedirectURLMixin, TemplateView):
    """Somebody with several roles chooses the one they act in; everything they see and do is that role's alone."""

    permission = SIGNED_IN
    template_name = "people/hats.html"
    next_page = settings.LOGIN_REDIRECT_URL
    request: Any

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = next((hat for hat in request.hats if str(hat.pk) == request.POST.get("hat")), None)
        if chosen is None:
            return self.render_to_response(self.get_context_data(error="请选择一个身份。"), status=422)
        request.session[HAT] = chosen.pk
        audit.record(Verb.WEAR, str(chosen), role=str(chosen), organization=chosen.organization_id)
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)
