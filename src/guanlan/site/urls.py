"""All addresses; each package keeps its own."""

from django.urls import include, path

from guanlan.api.root import api
from guanlan.intake.api import router as intake_router
from guanlan.intake.volume_api import router as volumes_router
from guanlan.review.api import router as review_router
from guanlan.site import views
from guanlan.site.more import more
from guanlan.watch.api import router as watch_router

api.add_router("", intake_router)
api.add_router("", volumes_router)
api.add_router("", watch_router)
api.add_router("", review_router)

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("more/", more, name="more"),
    path("accounts/", include("allauth.account.urls")),
    path("", include("guanlan.notify.urls")),
    path("", include("guanlan.evidence.urls")),
    path("", include("guanlan.people.urls")),
    path("", include("guanlan.api.urls")),
    path("", include("guanlan.site.setup.urls")),
    path("", include("guanlan.site.chain.urls")),
    path("", include("guanlan.site.worktime.urls")),
    path("", include("guanlan.incidents.urls")),
    path("", include("guanlan.intake.urls")),
    path("", include("guanlan.plan.urls")),
    path("", include("guanlan.watch.urls")),
    path("", include("guanlan.media.urls")),
    path("", include("guanlan.reports.urls")),
    path("", include("guanlan.review.urls")),
    path("", include("guanlan.selfcheck.urls")),
    path("", include("guanlan.subscriptions.urls")),
    path("", include("guanlan.reachability.urls")),
    path("api/v1/", api.urls),
]
