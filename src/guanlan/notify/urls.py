"""Addresses of messages, channels and deliveries."""

from django.urls import path

from guanlan.notify import channel_views, views

urlpatterns = [
    path("messages/", views.inbox_page, name="inbox"),
    path("messages/<str:key>/", views.open_message, name="message"),
    path("deliveries/", views.deliveries_page, name="deliveries"),
    path("deliveries/<str:key>/again/", views.again, name="delivery-again"),
    path("deliveries/<str:key>/rest/", views.rest, name="delivery-rest"),
    path("channels/", channel_views.channels_page, name="channels"),
    path("channels/<str:key>/", channel_views.channel_page, name="channel"),
    path("channels/<str:key>/try/", channel_views.try_out, name="channel-try"),
    path("channels/<str:key>/close/", channel_views.close, name="channel-close"),
    path("people/<str:key>/call/", views.call_page, name="call"),
    path("people/<str:key>/ways/", channel_views.ways_page, name="ways"),
]
