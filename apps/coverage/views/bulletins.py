"""Asking for the bulletin of a year."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import View

from apps.core.errors import DomainError
from apps.core.guard import Guarded
from apps.coverage import selectors
from apps.coverage.jobs import BULLETIN
from apps.coverage.models import Year
from apps.coverage.services import figures
from apps.jobs import services as jobs


class NodeBulletin(Guarded, View):
    """Ask for a node's bulletin of a year (the last, unless another is asked for); a job makes it."""

    permission = "coverage.view"
    http_method_names = ["post"]

    def post(self, request: Any, pk: int) -> HttpResponse:
        node = get_object_or_404(selectors.nodes(request.user), pk=pk)
        figures.settle()
        years = list(Year.objects.all())
        asked = request.POST.get("year") or str(years[0].pk if years else "")
        year = next((each for each in years if str(each.pk) == asked), None)
        if year is None:
            raise Http404
        arguments = {"node": node.pk, "year": year.pk}
        try:
            job = jobs.start(kind=BULLETIN, title=f"{node}{year}度覆盖情况通报", organization=node, by=request.user, arguments=arguments)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(f"{reverse('coverage:node', args=[node.pk])}?year={year.pk}")
        return redirect(job)
