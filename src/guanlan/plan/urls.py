"""Addresses of the plan."""

from django.urls import path

from guanlan.plan import views

urlpatterns = [path("plan/", views.plan_page, name="plan")]
