"""How many alarms wait for somebody, for the side bar and the overview."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alarms.selectors import waiting, waiting_lately

register = template.Library()


@register.simple_tag
def alarm_count() -> SafeString:
    """The count, hidden while there are none."""
    number = waiting_lately()
    hidden = "" if number else " hidden"
    return format_html('<span class="count" id="alarm-count" title="not acknowledged"{}>{}</span>', hidden, number)


@register.simple_tag
def alarms_link() -> SafeString:
    """The way to them; a live part with it keeps the side bar's count current."""
    number = waiting()
    words = f"{number} alarm{'s' * (number != 1)}" if number else "No alarm"
    return format_html('<a href="{}" data-alarms="{}">{}</a>', reverse("alarms:list"), number, words)
