"""The pages of work plans, by noun: lists, plans, files, tasks."""

from apps.plans.views.files import AttachmentDownload, PlanArchive, PlanAttach, PlanPaper
from apps.plans.views.lists import PlanList, Remind
from apps.plans.views.plans import PlanCreate, PlanDetail, PlanEdit, PlanEdition, PlanReview, PlanSubmit
from apps.plans.views.tasks import PlanTasks, TaskBoard, TaskReport

__all__ = [
    "AttachmentDownload",
    "PlanArchive",
    "PlanAttach",
    "PlanCreate",
    "PlanDetail",
    "PlanEdit",
    "PlanEdition",
    "PlanList",
    "PlanPaper",
    "PlanReview",
    "PlanSubmit",
    "PlanTasks",
    "Remind",
    "TaskBoard",
    "TaskReport",
]
