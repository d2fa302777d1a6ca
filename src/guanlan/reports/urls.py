"""Addresses of reports."""

from django.urls import path

from guanlan.reports import outside_views, settings_views, views

urlpatterns = [
    path("reports/", views.reports_page, name="reports"),
    path("reports/settings/", settings_views.settings_page, name="report-settings"),
    path("reports/addressees/", outside_views.addressees_page, name="addressees"),
    path("reports/addressees/add/", outside_views.addressee_page, name="addressee-add"),
    path("reports/addressees/<str:code>/", outside_views.addressee_page, name="addressee"),
    path("reports/addressees/<str:code>/close/", outside_views.close_addressee, name="addressee-close"),
    path("briefs/<str:key>/", outside_views.brief_page, name="brief"),
    path("briefs/<str:key>/<str:step>/", outside_views.brief_step, name="brief-step"),
    path("incidents/<str:key>/outside/", outside_views.outside_page, name="incident-outside"),
    path("reports/<str:key>/", views.report_page, name="report"),
    path("reports/<str:key>/read/", views.read, name="report-read"),
    path("reports/<str:key>/distribute/", views.distribute_page, name="report-distribute"),
    path("reports/<str:key>/files/", views.files, name="report-files"),
    path("reports/<str:key>/posts/", views.rolls_page, name="report-rolls"),
    path("reports/<str:key>/posts/<str:code>/", views.roll_page, name="report-roll"),
    path("reports/<str:key>/posts/<str:code>/keys/", views.roll_keys, name="report-roll-keys"),
    path("reports/files/<str:key>/download/", views.report_file, name="report-file"),
    path("events/<str:key>/report/", views.submit, name="report-submit"),
    path("incidents/<str:key>/follow-up/", views.follow_up_page, name="follow-up"),
    path("incidents/<str:key>/closing-report/", views.close, name="report-close"),
]
