"""All addresses; each package keeps its own."""

from django.urls import include, path

from guanlan.site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("allauth.account.urls")),
    path("", include("guanlan.notify.urls")),
    path("", include("guanlan.evidence.urls")),
    path("", include("guanlan.people.urls")),
    path("", include("guanlan.site.setup.urls")),
]
