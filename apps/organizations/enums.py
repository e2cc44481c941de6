"""The kinds of the tree and of the profiles that hang off it. Words: the circular §1, the glossary."""

from django.db import models


class Kind(models.TextChoices):
    CITY = "city", "市"
    COUNTY = "county", "报送单位"
    TOWN = "town", "镇（街道）"
    CLUSTER = "cluster", "片区"
    SCHOOL = "school", "学校"
    PLACE = "place", "村（社区）"


ALLOWED_PARENTS: dict[Kind, frozenset[Kind | None]] = {
    Kind.CITY: frozenset({None, Kind.CITY}),  # the widest stands alone: a province of cities, a nation of provinces (ADR 018)
    Kind.COUNTY: frozenset({Kind.CITY}),
    Kind.TOWN: frozenset({Kind.COUNTY}),
    Kind.CLUSTER: frozenset({Kind.COUNTY}),
    Kind.SCHOOL: frozenset({Kind.TOWN, Kind.COUNTY}),  # schools run by the city or a county have no town above them
    Kind.PLACE: frozenset({Kind.TOWN}),
}


class PlaceArea(models.TextChoices):
    RURAL = "rural", "农村"
    INTEGRATED = "integrated", "城乡一体新社区"
    URBAN = "urban", "城市社区"


class SchoolArea(models.TextChoices):
    URBAN = "urban", "城镇"
    RURAL = "rural", "农村"


class SchoolType(models.TextChoices):
    CENTRAL = "central", "中心小学"
    COMPLETE = "complete", "完小"
    TEACHING_POINT = "teaching_point", "教学点"


class SchoolStrength(models.TextChoices):
    STRONG = "strong", "优质学校"
    AVERAGE = "average", "一般学校"
    WEAKER = "weaker", "薄弱学校"


class UnitKind(models.TextChoices):
    BRIGADE = "brigade", "大队"
    SQUAD = "squad", "中队"
    HOLIDAY_TEAM = "holiday_team", "雏鹰假日小队"
    COMMUNITY_COMMITTEE = "community_committee", "社区少工委"
    TOWN_COMMITTEE = "town_committee", "镇（街道）少工委"


# What a place is reached by (circular §3.2.1). A squad counts through its brigade's school, or alone at a place.
AT_SCHOOL = frozenset({UnitKind.BRIGADE, UnitKind.SQUAD})
AT_TOWN = frozenset({UnitKind.TOWN_COMMITTEE})
AT_PLACE = frozenset(UnitKind) - AT_TOWN
# No other kind has units of its own.
UNITS_AT: dict[Kind, frozenset[UnitKind]] = {Kind.TOWN: AT_TOWN, Kind.PLACE: AT_PLACE, Kind.SCHOOL: AT_SCHOOL}
