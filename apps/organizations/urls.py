from django.urls import path

from apps.organizations import views

app_name = "organizations"

urlpatterns = [
    path("", views.OrganizationList.as_view(), name="list"),
    path("<int:pk>/", views.OrganizationDetail.as_view(), name="detail"),
    path("<int:pk>/area/", views.PlaceEdit.as_view(), name="area"),
    path("<int:pk>/schools/new/", views.SchoolRegister.as_view(), name="register"),
    path("<int:pk>/profile/", views.SchoolEdit.as_view(), name="profile"),
    path("<int:pk>/close/", views.OrganizationClose.as_view(), name="close"),
    path("<int:pk>/units/new/", views.UnitEstablish.as_view(), name="establish"),
    path("units/<int:pk>/", views.UnitEdit.as_view(), name="unit"),
    path("units/<int:pk>/dissolve/", views.UnitDissolve.as_view(), name="dissolve"),
]
