"""Addresses of incidents and their tasks."""

from django.urls import path

from guanlan.incidents import (
    first_views,
    hours_views,
    instruction_views,
    loss_views,
    task_views,
    views,
    warning_views,
)
from guanlan.incidents.handover import views as handover

urlpatterns = [
    path("incidents/", views.incidents_page, name="incidents"),
    path("incidents/decide/<str:key>/", views.decide_page, name="decide"),
    path("incidents/first/<str:key>/", first_views.start_first_page, name="start-first"),
    path("incidents/warn/<str:key>/", warning_views.issue_page, name="issue-warning"),
    path("warnings/<str:key>/", warning_views.warning_page, name="warning"),
    path("warnings/<str:key>/lift/", warning_views.lift, name="warning-lift"),
    path("incidents/record/<str:key>/", instruction_views.record_page, name="record-instruction"),
    path("instructions/<str:key>/", instruction_views.instruction_page, name="instruction"),
    path("instructions/<str:key>/confirm/", instruction_views.confirm, name="instruction-confirm"),
    path("instructions/<str:key>/disown/", instruction_views.disown_page, name="instruction-disown"),
    path("incidents/<str:key>/", views.incident_page, name="incident"),
    path("incidents/<str:key>/ratify/", first_views.ratify_page, name="incident-ratify"),
    path("incidents/<str:key>/order/", first_views.order_page, name="incident-order"),
    path("incidents/<str:key>/level/", views.level_page, name="incident-level"),
    path("incidents/<str:key>/stand-down/", views.stand_down_page, name="incident-stand-down"),
    path("incidents/<str:key>/figures/<str:kind>/", views.figure_page, name="incident-figure"),
    path("incidents/<str:key>/access/", views.access_page, name="incident-access"),
    path("incidents/<str:key>/access/<str:person>/", views.take_out, name="incident-take-out"),
    path("incidents/<str:key>/hours/", hours_views.hours_page, name="incident-hours"),
    path("incidents/<str:key>/hours.csv", hours_views.hours_table, name="incident-hours-table"),
    path("hours/<str:key>/withdraw/", hours_views.withdraw, name="hours-withdraw"),
    path("incidents/<str:key>/archive/", views.archive_page, name="incident-archive"),
    path("handovers/", handover.handovers_page, name="handovers"),
    path("handovers/new/<str:key>/", handover.draft_page, name="handover-draft"),
    path("handovers/<str:key>/", handover.handover_page, name="handover"),
    path("handovers/<str:key>/take/", handover.take_over, name="handover-take"),
    path("tasks/", task_views.workload_page, name="workload"),
    path("events/<str:key>/losses/", loss_views.losses_page, name="losses"),
    path("losses/<str:key>/strike/", loss_views.strike_page, name="loss-strike"),
    path("tasks/<str:key>/", views.task_page, name="task"),
    path("tasks/<str:key>/accept/", views.accept, name="task-accept"),
    path("tasks/<str:key>/complete/", views.complete_page, name="task-complete"),
    path("tasks/<str:key>/hand-over/", views.hand_over_page, name="task-hand-over"),
    path("tasks/<str:key>/call/<str:person>/", task_views.call_page, name="task-call"),
    path("tasks/<str:key>/pass/", views.pass_task, name="task-pass"),
    path("tasks/<str:key>/return/", views.return_page, name="task-return"),
    path("tasks/<str:key>/waive/", views.waive_page, name="task-waive"),
]
