"""Addresses of the KPIs."""

from django.urls import path

from guanlan.review import views

urlpatterns = [
    path("kpis/", views.kpis_page, name="kpis"),
    path("kpis.csv", views.kpis_csv, name="kpis-csv"),
    path("kpis/<str:code>/", views.kpi_page, name="kpi"),
    path("kpis/<str:code>/cases.csv", views.kpi_csv, name="kpi-csv"),
    path("incidents/<str:key>/kpis/", views.incident_kpis_page, name="incident-kpis"),
    path("incidents/<str:key>/kpis/<str:code>/", views.incident_kpi_page, name="incident-kpi"),
]
