from django.urls import path

from apps.people.views import hats, lists, opening, persons

app_name = "people"

urlpatterns = [
    path("", lists.PersonList.as_view(), name="list"),
    path("hats/", hats.Hats.as_view(), name="hats"),
    path("invite/", opening.Invite.as_view(), name="invite"),
    path("bulk/", opening.Bulk.as_view(), name="bulk"),
    path("bulk/codes/", opening.CodeSheet.as_view(), name="code-sheet"),
    path("codes/", opening.HandOut.as_view(), name="hand-out"),
    path("handover/<int:pk>/", opening.Handover.as_view(), name="handover"),
    path("<int:pk>/", persons.PersonDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", persons.PersonEdit.as_view(), name="edit"),
    path("<int:pk>/move/", persons.PersonMove.as_view(), name="move"),
    path("<int:pk>/grant/", persons.PersonGrant.as_view(), name="grant"),
    path("<int:pk>/revoke/<int:held>/", persons.PersonRevoke.as_view(), name="revoke"),
    path("<int:pk>/reset/", persons.PersonReset.as_view(), name="reset"),
    path("<int:pk>/second-factor/", persons.PersonSecondFactor.as_view(), name="second-factor"),
    path("<int:pk>/disable/", persons.PersonDisable.as_view(), name="disable"),
    path("<int:pk>/enable/", persons.PersonEnable.as_view(), name="enable"),
]
