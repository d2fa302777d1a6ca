"""Addresses of the subscribers."""

from django.urls import path

from guanlan.subscriptions import views

urlpatterns = [
    path("subscriptions/", views.subscriptions_page, name="subscriptions"),
    path("subscriptions/<str:key>/", views.subscription_page, name="subscription"),
    path("subscriptions/<str:key>/try/", views.try_out, name="subscription-try"),
    path("subscriptions/<str:key>/close/", views.close, name="subscription-close"),
    path("pushes/<str:key>/again/", views.again, name="push-again"),
]
