from typing import Any

from django.views.generic import DetailView, ListView

from apps.core.guard import Guarded
from apps.exchange.models import Upload


class UploadPage(Guarded):
    """A file is looked up among those that the user may bring in themselves."""

    permission = "organizations.view"
    model: Any = Upload
    request: Any

    def get_queryset(self) -> Any:
        return Upload.objects.visible_to(self.request.user)


class Home(UploadPage, ListView):
    """What has been imported."""

    template_name = "exchange/home.html"


class UploadDetail(UploadPage, DetailView):
    """One file: what it would do, or has done."""

    template_name = "exchange/upload.html"
