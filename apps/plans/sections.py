"""The circular's own parts of a plan (§5.2: 思路、目标任务、实施重点), as a year begins with them; the city changes them year by year."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One part of the template. The stages are rows with days and people; every other part is written text."""

    key: str
    title: str
    guidance: str
    is_required: bool = True


STAGES = "stages"
PARTS = (
    Part("guiding", "指导思想", "结合本地实际，写明开展统筹城乡队建工作的总体思路，不必照抄市里的文件。"),
    Part("goals", "目标任务", "写明本年度要达到的目标。上面的数字取自本地台账，不必重写；没有达到目标的，写明准备怎样补齐。"),
    Part("measures", "工作措施", "组织建设、活动开展、有形化建设、结对共建、辅导员交流等方面准备做什么、怎么做。"),
    Part(STAGES, "实施步骤", "按时间先后填写，每一步写明内容、起止日期和责任人。"),
    Part("duties", "责任分工", "少工委、团委、教育部门和各镇（街道）、学校各负责什么。"),
    Part("safeguards", "保障机制", "联席会议的组成和会期，经费、督导、考核等保障。"),
)
