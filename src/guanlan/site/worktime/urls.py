"""Addresses of working time and of the times that others set."""

from django.urls import path

from guanlan.site.worktime import views

urlpatterns = [
    path("working-time/", views.working_time, name="working-time"),
    path("working-time/days/", views.set_days, name="own-days"),
    path("working-time/days/<str:key>/take-back/", views.take_back_day, name="own-day-take-back"),
    path("outside-rules/", views.outside_rules, name="outside-rules"),
    path("outside-rules/add/", views.outside_rule, name="outside-rule-add"),
    path("outside-rules/<str:code>/", views.outside_rule, name="outside-rule"),
    path("outside-rules/<str:code>/take-back/", views.take_back_rule, name="outside-rule-take-back"),
]
