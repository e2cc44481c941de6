"""What counselors exchange, and how (circular §3.2.2, §4.3)."""

from django.db import models


class Type(models.TextChoices):
    BRIGADE_SHOWCASE = "brigade_showcase", "大队活动展示"
    LESSON_OBSERVATION = "lesson_observation", "中队课观摩"
    RESEARCH_SEMINAR = "research_seminar", "课题研讨"
    FORUM = "forum", "论坛交流"
    SECONDMENT = "secondment", "挂职锻炼"


class Topic(models.TextChoices):
    THEORY = "theory", "基本理论"
    SYSTEM = "system", "制度设计"
    ROUTINE = "routine", "常规管理"
    PLANNING = "planning", "活动策划"
