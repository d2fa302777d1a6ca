"""Addresses of the plan."""

from django.urls import path

from guanlan.plan import views
from guanlan.plan.editing import views as editing
from guanlan.plan.word_import import views as word_import

urlpatterns = [
    path("plan/", views.plan_page, name="plan"),
    path("plan/versions/", views.versions_page, name="plan-versions"),
    path("plan/changes/", views.changes_page, name="plan-changes"),
    path("plan/import/", views.import_page, name="plan-import"),
    path("plan/begin/", editing.begin, name="plan-begin"),
    path("plan/word/", word_import.upload, name="plan-word-upload"),
    path("plan/word/<str:key>/", word_import.place, name="plan-word"),
    path("plan/word/<str:key>/draft/", word_import.draft, name="plan-word-draft"),
    path("plan/<str:key>/", views.version_page, name="plan-version"),
    path("plan/<str:key>/publish/", views.publish, name="plan-publish"),
    path("plan/<str:key>/plan.yaml", views.source, name="plan-source"),
    path("plan/<str:key>/edit/", editing.edit_page, name="plan-edit"),
    path("plan/<str:key>/edit/<str:section>/", editing.section_page, name="plan-edit-section"),
    path("plan/<str:key>/edit/<str:section>/<str:part>/", editing.part_page, name="plan-edit-part"),
    path("plan/<str:key>/edit/<str:section>/<str:part>/move/", editing.move, name="plan-edit-move"),
    path("plan/<str:key>/edit/<str:section>/<str:part>/remove/", editing.remove, name="plan-edit-remove"),
]
