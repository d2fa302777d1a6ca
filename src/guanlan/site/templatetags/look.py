"""How levels, clocks and numbers are written on every page."""

from django import template

register = template.Library()
