"""Addresses of the plan."""

from django.urls import path

from guanlan.plan import views
from guanlan.plan.life import views as life
from guanlan.plan.papers import views as papers
from guanlan.plan.rulings import views as rulings

urlpatterns = [
    path("plan/", views.plan_page, name="plan"),
    path("plan/versions/", views.versions_page, name="plan-versions"),
    path("plan/changes/", views.changes_page, name="plan-changes"),
    path("plan/import/", views.import_page, name="plan-import"),
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
]
