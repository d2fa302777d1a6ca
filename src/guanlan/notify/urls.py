"""Addresses of messages."""

from django.urls import path

from guanlan.notify import views

urlpatterns = [
    path("messages/", views.inbox_page, name="inbox"),
    path("messages/<str:key>/", views.open_message, name="message"),
]
