from django.urls import path

from apps.coverage import bulletins, views

app_name = "coverage"

urlpatterns = [
    path("", views.Dashboard.as_view(), name="dashboard"),
    path("recompute/", views.Recompute.as_view(), name="recompute"),
    path("<int:pk>/", views.NodeDetail.as_view(), name="node"),
    path("<int:pk>/bulletin/", bulletins.NodeBulletin.as_view(), name="bulletin"),
]
