"""Addresses of people and the roster."""

from django.urls import path

from guanlan.people import views
from guanlan.people.swaps import views as swaps

urlpatterns = [
    path("people/", views.people_page, name="people"),
    path("people/add/", views.add, name="person-add"),
    path("people/import/", views.import_page, name="people-import"),
    path("people/sample.xlsx", views.sample, name="people-sample"),
    path("people/roster/<str:key>/", views.roster_page, name="roster"),
    path("people/roster/<str:key>/shift/", views.shift_page, name="shift-plan"),
    path("people/shifts/<str:key>/swap/", swaps.ask_page, name="swap-ask"),
    path("people/swaps/<str:key>/", swaps.swap_page, name="swap"),
    path("people/swaps/<str:key>/agree/", swaps.agree, name="swap-agree"),
    path("people/swaps/<str:key>/decline/", swaps.decline, name="swap-decline"),
    path("people/shifts/<str:key>/drop/", views.drop, name="shift-drop"),
    path("people/<str:key>/", views.person_page, name="person"),
    path("people/<str:key>/place/", views.place_person, name="person-place"),
    path("people/<str:key>/remove/", views.remove_person, name="person-remove"),
    path("people/<str:key>/password/", views.reset_password, name="person-password"),
    path("people/<str:key>/deactivate/", views.deactivate_person, name="person-deactivate"),
    path("people/<str:key>/reactivate/", views.reactivate_person, name="person-reactivate"),
]
