"""How many alarms wait for somebody, for the side bar and the overview."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alarms.selectors import tally_lately

register = template.Library()


@register.simple_tag
def alarm_count() -> SafeString:
    """The count, hidden while there are none; console.js keeps it current."""
    number = tally_lately().waiting
    hidden = "" if number else " hidden"
    return format_html('<span class="count" id="alarm-count" title="not acknowledged"{}>{}</span>', hidden, number)


@register.simple_tag
def alarms_link() -> SafeString:
    """The way to them."""
    return format_html('<a href="{}">{}</a>', reverse("alarms:list"), tally_lately().words)
