"""Addresses of the checks of the address book."""

from django.urls import path

from guanlan.reachability import views

urlpatterns = [
    path("reach/", views.checks_page, name="reach-checks"),
    path("reach/<str:key>/", views.check_page, name="reach-check"),
    path("reach/<str:key>/answered/", views.answered_page, name="reach-answered"),
]
