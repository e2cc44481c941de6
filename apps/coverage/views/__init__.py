"""Where coverage is read: dashboards and lists, the way to a target, any day; and where it is set: targets, exemptions."""

from apps.coverage.views.bulletins import NodeBulletin
from apps.coverage.views.dashboards import Dashboard, NodeDetail, Recompute, Years
from apps.coverage.views.progress import Day, Progress
from apps.coverage.views.setting import AddStep, CountAgain, Exempt, ExemptionList, RemoveStep, SetApart, TargetList, Withdraw

__all__ = [
    "AddStep",
    "CountAgain",
    "Dashboard",
    "Day",
    "Exempt",
    "ExemptionList",
    "NodeBulletin",
    "NodeDetail",
    "Progress",
    "Recompute",
    "RemoveStep",
    "SetApart",
    "TargetList",
    "Withdraw",
    "Years",
]
