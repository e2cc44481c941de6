from django.db import models


class ItemGroup(models.TextChoices):
    """How a checklist is read in a room: along the walls, cupboards, and what lies in them."""

    FURNITURE = "furniture", "桌椅柜架"
    INSTRUMENTS = "instruments", "鼓号队旗"
    CHARTS = "charts", "标志和图表"
    RECORDS = "records", "资料"


class Standing(models.TextChoices):
    """What a list of schools is narrowed to: the lifecycle's states as they are called here, and nothing registered yet."""

    MISSING = "missing", "未登记"
    SUBMITTED = "submitted", "待确认"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已确认"
