"""Addresses of sources, files and posts."""

from django.urls import path

from guanlan.intake import views, volume_views

urlpatterns = [
    path("sources/", views.sources_page, name="sources"),
    path("sources/new/", views.add_source, name="source-new"),
    path("sources/<str:key>/stop/", views.stop_source, name="source-stop"),
    path("import/", views.import_file, name="import"),
    path("batches/<str:key>/", views.batch_page, name="batch"),
    path("report-one/", views.report_one, name="report-one"),
    path("volumes/", volume_views.volumes_page, name="volumes"),
    path("volumes/import/", volume_views.import_volumes, name="volumes-import"),
    path("volumes/sample/", volume_views.volumes_sample, name="volumes-sample"),
    path("posts/<str:key>/", views.post_page, name="post"),
]
