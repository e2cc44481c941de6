"""Work plans and the windows in which they are handed in."""

from datetime import date
from typing import Any

import factory

from apps.plans.models import Plan, Stage
from apps.plans.services import lay_out
from apps.years.models import Window
from tests.factories import years
from tests.factories.reports import unlocked


class WindowFactory(years.WindowFactory):
    """The same, with the circular's template."""

    class Meta:
        model = Window
        skip_postgeneration_save = True

    @factory.post_generation
    def sections(window: Window, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        if create:
            lay_out(window=window)


TEXTS = {
    "guiding": "<p>以学校为主体，扩大有效覆盖。</p>",
    "goals": "<p>村（社区）少先队组织覆盖率达到 80%。</p>",
    "measures": "<p>组建雏鹰假日小队。</p>",
    "duties": "<p>各校大队部落实结对活动。</p>",
    "safeguards": "<p>每学期召开一次联席会议。</p>",
}


class PlanFactory(factory.django.DjangoModelFactory):
    """`PlanFactory(organization=county)`: a draft that is ready to be submitted; `PlanFactory(bare=True)` says nothing yet."""

    class Meta:
        model = Plan
        skip_postgeneration_save = True

    class Params:
        bare = factory.Trait(texts={}, leader="", contact="", stages=None)

    window = factory.SubFactory(WindowFactory)
    county = factory.SelfAttribute("organization")
    created_by = factory.SubFactory("tests.factories.people.UserFactory")
    texts = factory.LazyFunction(TEXTS.copy)
    leader = "李明，少工委主任"
    contact = "王芳，0573-00000000"

    @factory.post_generation
    def stages(plan: Plan, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        if plan.texts and create:
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

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        with unlocked(kwargs["plan"]):
            return super()._create(model_class, *args, **kwargs)
