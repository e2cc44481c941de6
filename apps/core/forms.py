from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Fields are rendered by Django itself, with the portal's templates."""

    field_template_name = "django/forms/field.html"
