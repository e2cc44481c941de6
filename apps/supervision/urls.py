from django.urls import path

from apps.supervision import views

app_name = "supervision"

urlpatterns = [
    path("", views.SupervisionList.as_view(), name="list"),
    path("year/<year:year>/<int:unit>/begin/", views.SupervisionCreate.as_view(), name="create"),
    path("<int:pk>/", views.SupervisionDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.SupervisionEdit.as_view(), name="edit"),
    path("<int:pk>/submit/", views.SupervisionSubmit.as_view(), name="submit"),
    path("<int:pk>/approve/", views.SupervisionApprove.as_view(), name="approve"),
    path("<int:pk>/return/", views.SupervisionReturn.as_view(), name="return"),
]
