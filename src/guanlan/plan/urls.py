"""Addresses of the plan."""

from django.urls import path

from guanlan.plan import views
from guanlan.plan.editing import views as editing
from guanlan.plan.life import views as life
from guanlan.plan.papers import views as papers
from guanlan.plan.rulings import views as rulings
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
    path("plan/<str:key>/submit/", life.submit, name="plan-submit"),
    path("plan/<str:key>/sign/", life.sign, name="plan-sign"),
    path("plan/<str:key>/return/", life.send_back, name="plan-return"),
    path("plan/<str:key>/recall/", life.recall, name="plan-recall"),
    path("plan/<str:key>/withdraw/", life.withdraw, name="plan-withdraw"),
    path("plan/<str:key>/papers/", papers.files, name="plan-papers"),
    path("plan/papers/<str:key>/", papers.file, name="plan-paper"),
    path("plan/<str:key>/rulings/issue/", rulings.issue, name="plan-ruling-issue"),
    path("plan/rulings/<str:key>/", rulings.ruling_page, name="plan-ruling"),
    path("plan/rulings/<str:key>/read/", rulings.read, name="plan-ruling-read"),
    path("plan/<str:key>/plan.yaml", views.source, name="plan-source"),
    path("plan/<str:key>/edit/", editing.edit_page, name="plan-edit"),
    path("plan/<str:key>/edit/<str:section>/", editing.section_page, name="plan-edit-section"),
    path("plan/<str:key>/edit/<str:section>/<str:part>/", editing.part_page, name="plan-edit-part"),
    path("plan/<str:key>/edit/<str:section>/<str:part>/move/", editing.move, name="plan-edit-move"),
    path("plan/<str:key>/edit/<str:section>/<str:part>/remove/", editing.remove, name="plan-edit-remove"),
]
