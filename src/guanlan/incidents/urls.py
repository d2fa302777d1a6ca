"""Addresses of incidents and their tasks."""

from django.urls import path

from guanlan.incidents import instruction_views, loss_views, views

urlpatterns = [
    path("incidents/", views.incidents_page, name="incidents"),
    path("incidents/decide/<str:key>/", views.decide_page, name="decide"),
    path("incidents/record/<str:key>/", instruction_views.record_page, name="record-instruction"),
    path("instructions/<str:key>/", instruction_views.instruction_page, name="instruction"),
    path("instructions/<str:key>/confirm/", instruction_views.confirm, name="instruction-confirm"),
    path("instructions/<str:key>/disown/", instruction_views.disown_page, name="instruction-disown"),
    path("incidents/<str:key>/", views.incident_page, name="incident"),
    path("incidents/<str:key>/level/", views.level_page, name="incident-level"),
    path("incidents/<str:key>/stand-down/", views.stand_down_page, name="incident-stand-down"),
    path("incidents/<str:key>/figures/<str:kind>/", views.figure_page, name="incident-figure"),
    path("incidents/<str:key>/access/", views.access_page, name="incident-access"),
    path("incidents/<str:key>/access/<str:person>/", views.take_out, name="incident-take-out"),
    path("incidents/<str:key>/archive/", views.archive_page, name="incident-archive"),
    path("events/<str:key>/losses/", loss_views.losses_page, name="losses"),
    path("losses/<str:key>/strike/", loss_views.strike_page, name="loss-strike"),
    path("tasks/<str:key>/", views.task_page, name="task"),
    path("tasks/<str:key>/accept/", views.accept, name="task-accept"),
    path("tasks/<str:key>/complete/", views.complete_page, name="task-complete"),
    path("tasks/<str:key>/hand-over/", views.hand_over_page, name="task-hand-over"),
    path("tasks/<str:key>/waive/", views.waive_page, name="task-waive"),
]
