"""The words of the made-up plans: the circular's tasks (§3.2, §4), put the way a committee's office would write them."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

Row = dict[str, Any]

REASON = "方案总体可行，请按逐项意见补充后重新上报。"
REMARKS = {
    "goals": "覆盖率目标请按农村、城乡一体新社区、城市社区分别写明。",
    "stages": "督导工作没有列入实施步骤，请补充起止日期和责任人。",
}

NOTES = ("已按计划完成。", "各镇（街道）均已落实，台账已登记。", "已完成，参加学校 12 所。")

ORGANIZATION = (
    "以农村雏鹰假日小队为重点，利用村文化礼堂、社区活动室等场所，就近组织队员参加小队活动；每支小队有固定名称、固定成员和成人辅导员。",
    "按“就近、便利、安全”的原则组建雏鹰假日小队，聘请老党员、退休教师、大学生村官担任志愿辅导员；条件成熟的社区成立社区少工委。",
)
NEW_RESIDENTS = (
    "健全新居民子女学校大队、中队组织，每校配备大队辅导员，新居民队员与本地队员同编组、同活动。",
    "把新居民子女学校纳入统一管理和培训，开展“同在一片蓝天下”主题队日，帮助新居民队员融入集体。",
)
ACTIVITIES = (
    "以“同在一片蓝天下，手拉手共同成长”为主题，组织结对学校开展手拉手“六个一”活动，每学期至少集中活动一次。",
    "开展“手拉手共度周末”活动，城乡队员轮流走进对方学校和村庄，活动从小、就近、分散，不给学校和家庭增加负担。",
)
FRONTS = (
    "对照标准规范建设城乡学校队室，配齐队旗、队徽、队鼓、队号；办好红领巾广播站、橱窗和中队角，评选示范性队室。",
    "分批改造农村学校队室，规范使用队的标志礼仪；每个镇（街道）建好一处校外实践教育基地。",
)
COUNSELORS = (
    "组织大队活动展示、中队课观摩和课题研讨，城乡学校辅导员结对，选派骨干辅导员到农村学校挂职锻炼。",
    "建立辅导员双向交流机制，中心小学与完小（教学点）辅导员每学期互派，邀请市讲师团到农村学校讲课。",
)


@dataclass
class Texts:
    """What one unit writes for one year; a unit without towns answers for the schools the city runs."""

    unit: str
    year: int
    towns: int
    places: int
    schools: int
    random: Random

    @property
    def office(self) -> str:
        return "团委" if self.unit.endswith("团委") else "少工委"

    @property
    def whole(self) -> str:
        return "全" + {"县": "县", "市": "市"}.get(self.unit[-1], "区") if self.towns else "市直学校"

    def written(self) -> dict[str, str]:
        """Key of the section → its text."""
        return {
            "guiding": _paragraphs([self.guiding()]),
            "goals": self.goals(),
            "measures": self.tasks(),
            "duties": self.duties(),
            "safeguards": self.measures(),
        }

    def guiding(self) -> str:
        return (
            f"以学校为主体、辅导员为纽带、教育结对为依托，结合{self.whole}实际，创新组织设置，扩大有效覆盖，"
            "让城乡队员共享优质资源，推动城乡少先队工作同发展、共繁荣。"
        )

    def duties(self) -> str:
        """A table, as most offices write it."""
        town = ("镇（街道）总辅导员", "组建雏鹰假日小队，联系村和社区") if self.towns else ("团委", "配备志愿辅导员，联系校外实践教育基地")
        rows: list[tuple[str, ...]] = [
            (self.office, "牵头制定方案，组织结对、培训和督导，汇总情况"),
            ("教育部门", "把少先队工作纳入学校督导评估，落实辅导员待遇和交流安排"),
            town,
            ("各学校大队部", "建好队室，落实结对活动，及时登记台账"),
        ]
        return _table(("单位", "职责"), rows)

    def goals(self) -> str:
        rooms = "80%" if self.year == 2012 else "100%"
        lines = [f"{self.whole} {self.schools} 所学校规范建立少先队队室，队室覆盖率达到 <strong>{rooms}</strong>。"]
        if self.towns:
            cover = "50%" if self.year == 2012 else "80%以上"
            lines.insert(0, f"{self.towns} 个镇（街道）少工委全部配备总辅导员。")
            lines.insert(1, f"{self.places} 个村（社区）少先队组织覆盖率达到 <strong>{cover}</strong>，优先补齐还没有组织的村。")
        lines.append("城乡学校、普通学校与新居民子女学校全部结对，结对学校每学期活动不少于 2 次。")
        lines.append("出台督导办法，成立督导机构，每学期开展一次少先队工作督导。")
        return _numbered(lines)

    def tasks(self) -> str:
        themes = {
            "组织建设": ORGANIZATION,
            "新居民子女学校": NEW_RESIDENTS,
            "结对和活动": ACTIVITIES,
            "有形化建设": FRONTS,
            "辅导员交流": COUNSELORS,
        }
        if not self.towns:
            del themes["组织建设"]
        named = zip("一二三四五", themes.items(), strict=False)
        return "".join(f"<h3>{number}、{title}</h3><p>{self.random.choice(texts)}</p>" for number, (title, texts) in named)

    def measures(self) -> str:
        return _numbered(
            [
                f"建立由{self.office}主要领导和教育部门有关负责人参加的联席会议，每学期召开一次，研究部署并分解任务。",
                "把统筹城乡队建纳入教育督导和共青团工作考核，做到同规划、同实施、同考核、同发展。",
                self.random.choice(("每季度通报进展，及时报送工作动态。", "安排专项经费，向农村学校和新居民子女学校倾斜。")),
            ]
        )

    def rows(self) -> list[Row]:
        """The stages of the year, the inspection last."""
        day = self.random.randint
        return [
            self.row("制定方案，召开联席会议，部署全年工作", (3, day(1, 10)), (4, 10), "办公室"),
            self.row("确定结对学校，商定结对计划", (4, day(11, 20)), (5, 31), "组织部"),
            self.row("辅导员培训和城乡辅导员交流", (5, day(5, 20)), (10, 31), "学校部"),
            self.row("队室规范化建设和示范性队室评选", (6, 1), (10, day(15, 31)), "学校部"),
            self.row(
                "暑期雏鹰假日小队活动" if self.towns else "暑期城乡手拉手夏令营",
                (7, 1),
                (8, day(20, 31)),
                "各镇（街道）总辅导员" if self.towns else "各校大队辅导员",
            ),
            self.row("开展督导，总结全年工作", (11, 1), (12, day(10, 20)), "督导组"),
        ]

    def row(self, title: str, starts: tuple[int, int], ends: tuple[int, int], responsible: str) -> Row:
        return {"title": title, "starts_on": date(self.year, *starts), "ends_on": date(self.year, *ends), "responsible": responsible}


def _numbered(lines: list[str]) -> str:
    return f"<ol>{''.join(f'<li><p>{line}</p></li>' for line in lines)}</ol>"


def _paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    def line(tag: str, cells: tuple[str, ...]) -> str:
        return f"<tr>{''.join(f'<{tag}><p>{cell}</p></{tag}>' for cell in cells)}</tr>"

    return f"<table><tbody>{line('th', head)}{''.join(line('td', row) for row in rows)}</tbody></table>"
