from django.urls import path

from apps.conferences.views import meetings, units

app_name = "conferences"

urlpatterns = [
    path("", units.ConferenceList.as_view(), name="list"),
    path("units/<int:pk>/", units.UnitPage.as_view(), name="unit"),
    path("units/<int:pk>/export/", units.UnitExport.as_view(), name="export"),
    path("units/<int:pk>/attachments/", units.UnitArchive.as_view(), name="archive"),
    path("units/<int:pk>/members/register/", units.MemberRegister.as_view(), name="register"),
    path("units/<int:pk>/rhythm/", units.RhythmEdit.as_view(), name="rhythm"),
    path("units/<int:pk>/call/", meetings.MeetingCall.as_view(), name="call"),
    path("members/<int:pk>/", units.MemberEdit.as_view(), name="member"),
    path("members/<int:pk>/end/", units.MemberEnd.as_view(), name="end"),
    path("<int:pk>/", meetings.MeetingDetail.as_view(), name="meeting"),
    path("<int:pk>/edit/", meetings.MeetingEdit.as_view(), name="edit"),
    path("<int:pk>/minutes/", meetings.MinutesEdit.as_view(), name="minutes"),
    path("<int:pk>/confirm/", meetings.MeetingConfirm.as_view(), name="confirm"),
    path("<int:pk>/reopen/", meetings.MeetingReopen.as_view(), name="reopen"),
    path("<int:pk>/call-off/", meetings.MeetingCallOff.as_view(), name="call_off"),
    path("<int:pk>/notice.pdf", meetings.MeetingPaper.as_view(paper="notice"), name="notice_paper"),
    path("<int:pk>/minutes.pdf", meetings.MeetingPaper.as_view(paper="minutes"), name="minutes_paper"),
    path("<int:pk>/decide/", meetings.DecisionTake.as_view(), name="decide"),
    path("decisions/<int:pk>/", meetings.DecisionEdit.as_view(), name="decision"),
    path("decisions/<int:pk>/drop/", meetings.DecisionDrop.as_view(), name="drop"),
    path("attachments/<int:pk>/", meetings.AttachmentDownload.as_view(), name="attachment"),
]
