"""Addresses of kept files."""

from django.urls import path

from guanlan.evidence import views

urlpatterns = [path("files/<str:key>/", views.kept_file, name="kept-file")]
