"""Addresses of the audit trail."""

from django.urls import path

from guanlan.site.chain import views

urlpatterns = [
    path("audit/", views.trail, name="audit"),
    path("audit/check/", views.check, name="audit-check"),
    path("audit/trail.csv", views.table, name="audit-csv"),
]
