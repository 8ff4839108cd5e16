"""Fields of forms in the look of the pages."""

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def drawn(field: BoundField) -> SafeString:
    """The control itself; its name stands above it, not in it."""
    attrs = {} if is_tick(field) else {"class": "field"}
    field.field.widget.attrs.pop("placeholder", None)
    return field.as_widget(attrs=attrs)


@register.filter
def is_tick(field: BoundField) -> bool:
    """True for a box to tick, whose name stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)
