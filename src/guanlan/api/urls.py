"""Addresses of the tokens' pages."""

from django.urls import path

from guanlan.api import views

urlpatterns = [
    path("tokens/", views.tokens_page, name="tokens"),
    path("tokens/<str:key>/revoke/", views.revoke_page, name="token-revoke"),
]
