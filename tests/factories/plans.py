"""Work plans and the windows in which they are handed in."""

from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone

from apps.plans.models import Plan, Stage, Window


class WindowFactory(factory.django.DjangoModelFactory):
    """`WindowFactory()`: next year's plans, taken since yesterday and due in ten days; with `ends=-30` the window has closed."""

    class Meta:
        model = Window
        exclude = ("ends",)

    ends = 10  # days from today to the due day; the window closes twenty days later
    year = factory.LazyFunction(lambda: timezone.localdate().year + 1)
    due_on = factory.LazyAttribute(lambda window: timezone.localdate() + timedelta(days=window.ends))
    opens_on = factory.LazyAttribute(lambda window: min(timezone.localdate(), window.due_on) - timedelta(days=1))
    closes_on = factory.LazyAttribute(lambda window: window.due_on + timedelta(days=20))


class PlanFactory(factory.django.DjangoModelFactory):
    """`PlanFactory(organization=county)`: a draft that is ready to be submitted; `PlanFactory(bare=True)` says nothing yet."""

    class Meta:
        model = Plan
        skip_postgeneration_save = True

    class Params:
        bare = factory.Trait(goals="", tasks="", measures="", leader="", contact="", stages=None)

    window = factory.SubFactory(WindowFactory)
    county = factory.SelfAttribute("organization")
    created_by = factory.SubFactory("tests.factories.people.UserFactory")
    goals = "村（社区）少先队组织覆盖率达到 80%。"
    tasks = "组建雏鹰假日小队。"
    measures = "每学期召开一次联席会议。"
    leader = "李明，少工委主任"
    contact = "王芳，0573-00000000"

    @factory.post_generation
    def stages(plan: Plan, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        if plan.goals and create:
            StageFactory(plan=plan)


class StageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Stage

    position = 1
    title = "部署全年工作"
    starts_on = factory.LazyAttribute(lambda stage: date(stage.plan.year, 3, 1))
    ends_on = factory.LazyAttribute(lambda stage: date(stage.plan.year, 3, 31))
    responsible = "办公室"
    organization = factory.SelfAttribute("plan.organization")
    county = factory.SelfAttribute("plan.county")
