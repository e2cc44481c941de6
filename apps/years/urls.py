from django.urls import path

from apps.years import views

app_name = "years"

urlpatterns = [
    path("", views.YearList.as_view(), name="list"),
    path("<year:year>/", views.YearDetail.as_view(), name="year"),
    path("<year:year>/settings/", views.Settings.as_view(), name="settings"),
    path("<year:year>/close/", views.Close.as_view(), name="close"),
    path("<year:year>/facts/", views.FindFact.as_view(), name="facts"),
    path("<year:year>/<slug:kind>/<int:unit>/ask/", views.Ask.as_view(), name="ask"),
    path("<year:year>/<slug:kind>/<int:unit>/reopen/", views.Reopen.as_view(), name="reopen"),
    path("facts/<int:pk>/", views.CorrectFact.as_view(), name="correct"),
    path("extensions/", views.ExtensionList.as_view(), name="extensions"),
    path("extensions/<int:pk>/", views.ExtensionDetail.as_view(), name="extension"),
    path("extensions/<int:pk>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
    path("extensions/<int:pk>/answer/", views.Answer.as_view(), name="answer"),
]
