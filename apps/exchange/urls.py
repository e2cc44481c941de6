from django.urls import path

from apps.exchange.views import downloads, ledgers, uploads

app_name = "exchange"

urlpatterns = [
    path("", ledgers.Home.as_view(), name="home"),
    path("uploads/<int:pk>/", uploads.UploadDetail.as_view(), name="upload"),
    path("uploads/<int:pk>/original/", downloads.Original.as_view(), name="original"),
    path("uploads/<int:pk>/corrected.xlsx", downloads.Corrected.as_view(), name="corrected"),
    path("uploads/<int:pk>/confirm/", uploads.Confirm.as_view(), name="confirm"),
    path("uploads/<int:pk>/drop/", uploads.Drop.as_view(), name="drop"),
    path("uploads/<int:pk>/retry/", uploads.Retry.as_view(), name="retry"),
    path("uploads/<int:pk>/undo/", uploads.TakeBack.as_view(), name="undo"),
    path("<slug:key>/", ledgers.Import.as_view(), name="import"),
    path("<slug:key>/template.xlsx", downloads.Template.as_view(), name="template"),
    path("<slug:key>/<slug:format>", downloads.Export.as_view(), name="export"),
]
