"""Addresses of statements."""

from django.urls import path

from guanlan.media import views

urlpatterns = [
    path("statements/", views.statements_page, name="statements"),
    path("incidents/<str:key>/statements/new/", views.draft, name="statement-new"),
    path("statements/<str:key>/", views.statement_page, name="statement"),
    path("statements/<str:key>/revise/", views.revise, name="statement-revise"),
    path("statements/<str:key>/submit/", views.submit, name="statement-submit"),
    path("statements/<str:key>/sign/", views.sign, name="statement-sign"),
    path("statements/<str:key>/return/", views.send_back, name="statement-return"),
    path("statements/<str:key>/release/", views.release, name="statement-release"),
]
