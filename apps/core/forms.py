"""How every form of the portal is drawn."""

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting


class NotedField(BoundField):
    """A field that may carry what others said about it: a reviewer's `remark`, and `theirs`, what someone else saved meanwhile."""

    @property
    def aria_describedby(self) -> str | None:
        notes = [f"{self.auto_id}_{name}" for name in ("remark", "theirs") if getattr(self.field, name, "")]
        return " ".join(filter(None, [super().aria_describedby, *notes])) or None


class Renderer(TemplatesSetting):
    """Fields are rendered by Django itself, with the portal's templates."""

    field_template_name = "django/forms/field.html"
    bound_field_class = NotedField
