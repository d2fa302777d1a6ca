"""The address of how the product itself is doing."""

from django.urls import path

from guanlan.selfcheck import views

urlpatterns = [
    path("running/", views.running_page, name="running"),
    path("running/dead/", views.dead_worker, name="dead-worker"),
]
