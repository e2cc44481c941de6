from django.urls import path

from apps.plans import views
from apps.plans.template.views import TemplateEdit

app_name = "plans"

urlpatterns = [
    path("", views.PlanList.as_view(), name="list"),
    path("template/<year:year>/", TemplateEdit.as_view(), name="template"),
    path("year/<year:year>/begin/<int:unit>/", views.PlanCreate.as_view(), name="create"),
    path("year/<year:year>/archive/<slug:format>/", views.PlanArchive.as_view(), name="archive"),
    path("year/<year:year>/remind/", views.Remind.as_view(), name="remind"),
    path("<int:pk>/", views.PlanDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.PlanEdit.as_view(), name="edit"),
    path("<int:pk>/submit/", views.PlanSubmit.as_view(), name="submit"),
    path("<int:pk>/paper/<slug:format>/", views.PlanPaper.as_view(), name="paper"),
    path("<int:pk>/review/", views.PlanReview.as_view(), name="review"),
    path("<int:pk>/editions/<int:edition>/", views.PlanEdition.as_view(), name="edition"),
    path("<int:pk>/attach/", views.PlanAttach.as_view(), name="attach"),
    path("<int:pk>/tasks/", views.PlanTasks.as_view(), name="tasks"),
    path("tasks/", views.TaskBoard.as_view(), name="task_board"),
    path("tasks/<int:pk>/", views.TaskReport.as_view(), name="task"),
    path("attachments/<int:pk>/", views.AttachmentDownload.as_view(), name="attachment"),
]
