"""Addresses of setting up."""

from django.urls import path

from guanlan.site.setup import views

urlpatterns = [
    path("setup/", views.overview, name="set-up"),
    path("setup/first/", views.first, name="set-up-first"),
    path("setup/company/", views.company, name="set-up-company"),
    path("setup/plan/", views.plan, name="set-up-plan"),
    path("setup/plan/<slug:code>/", views.plan_template, name="set-up-template"),
    path("setup/people/", views.people, name="set-up-people"),
    path("setup/roster/", views.roster, name="set-up-roster"),
    path("setup/deputies/", views.deputies, name="set-up-deputies"),
    path("setup/channels/", views.channels, name="set-up-channels"),
    path("setup/words/", views.words, name="set-up-words"),
    path("setup/history/", views.history, name="set-up-history"),
    path("setup/demo/", views.demo, name="set-up-demo"),
]
