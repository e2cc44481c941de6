from django.urls import path

from apps.coverage import views

app_name = "coverage"

urlpatterns = [
    path("", views.Dashboard.as_view(), name="dashboard"),
    path("recompute/", views.Recompute.as_view(), name="recompute"),
    path("<int:pk>/", views.NodeDetail.as_view(), name="node"),
    path("<int:pk>/years/", views.Years.as_view(), name="years"),
    path("<int:pk>/progress/", views.Progress.as_view(), name="progress"),
    path("<int:pk>/day/", views.Day.as_view(), name="day"),
    path("<int:pk>/bulletin/", views.NodeBulletin.as_view(), name="bulletin"),
    path("targets/", views.TargetList.as_view(), name="targets"),
    path("targets/apart/", views.SetApart.as_view(), name="set_apart"),
    path("targets/apart/<int:pk>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
    path("targets/steps/", views.AddStep.as_view(), name="add_step"),
    path("targets/steps/<int:pk>/remove/", views.RemoveStep.as_view(), name="remove_step"),
    path("exemptions/", views.ExemptionList.as_view(), name="exemptions"),
    path("exemptions/add/", views.Exempt.as_view(), name="exempt"),
    path("exemptions/<int:pk>/end/", views.CountAgain.as_view(), name="count_again"),
]
