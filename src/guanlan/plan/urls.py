"""Addresses of the plan."""

from django.urls import path

from guanlan.plan import views

urlpatterns = [
    path("plan/", views.plan_page, name="plan"),
    path("plan/versions/", views.versions_page, name="plan-versions"),
    path("plan/changes/", views.changes_page, name="plan-changes"),
    path("plan/import/", views.import_page, name="plan-import"),
    path("plan/<str:key>/", views.version_page, name="plan-version"),
    path("plan/<str:key>/publish/", views.publish, name="plan-publish"),
    path("plan/<str:key>/plan.yaml", views.source, name="plan-source"),
]
