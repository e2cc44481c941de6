from django.urls import path

from apps.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.ActList.as_view(), name="acts"),
    path("acts/<int:pk>/", views.ActDetail.as_view(), name="act"),
    path("changes/", views.ChangeList.as_view(), name="changes"),
    path("changes/<str:table>/<int:event>/", views.ChangeDetail.as_view(), name="change"),
    path("export/<str:log>/<str:format>/", views.Export.as_view(), name="export"),
    path("people/<int:pk>/", views.Person.as_view(), name="person"),
    path("seals/", views.Seals.as_view(), name="seals"),
    path("packs/", views.Packs.as_view(), name="packs"),
    path("packs/<int:year>/<str:format>/", views.Pack.as_view(), name="pack"),
]
