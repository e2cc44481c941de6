"""What counselors are, what they exchange, and how (circular §3.2.2, §4.3)."""

from django.db import models

from apps.organizations.enums import Kind


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


class Post(models.TextChoices):
    """What somebody is a counselor of."""

    CHIEF = "chief", "总辅导员"
    BRIGADE = "brigade", "大队辅导员"
    SQUAD = "squad", "中队辅导员"
    VOLUNTEER = "volunteer", "志愿辅导员"


# Where there are such counselors: a chief counselor stands over the schools of a reporting unit or a town.
POSTS_AT: dict[str, frozenset[Post]] = {
    Kind.COUNTY: frozenset({Post.CHIEF, Post.VOLUNTEER}),
    Kind.TOWN: frozenset({Post.CHIEF, Post.VOLUNTEER}),
    Kind.SCHOOL: frozenset({Post.BRIGADE, Post.SQUAD, Post.VOLUNTEER}),
    Kind.PLACE: frozenset({Post.BRIGADE, Post.SQUAD, Post.VOLUNTEER}),
}


def misplaced(post: str, kind: str) -> str:
    """Why there is no such counselor at an organization of this kind; empty where there may be."""
    if post in POSTS_AT.get(kind, ()):
        return ""
    return f"{Kind(kind).label}没有{Post(post).label}，请核对类别和单位。"
