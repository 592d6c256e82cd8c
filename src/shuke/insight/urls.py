"""Addresses of data, runs, models, cohorts, classifications, customers' slots. The Overview is the home page."""

from __future__ import annotations

from django.urls import path

from shuke.crm.customers import paths  # noqa: F401  registers <key:key>
from shuke.insight import slots, slots_of_classes, views, views_of_classes, views_of_cohorts, views_of_runs

app_name = "insight"
urlpatterns = [
    path("data/", views.data, name="data"),
    path("data/<int:upload_id>/", views.upload, name="upload"),
    path("data/<int:upload_id>/kind/", views.kind, name="kind"),
    path("data/<int:upload_id>/columns/", views.columns, name="columns"),
    path("data/<int:upload_id>/import/", views.start, name="import"),
    path("data/<int:upload_id>/discard/", views.discard, name="discard"),
    path("data/<int:upload_id>/rejects/", views.rejects, name="rejects"),
    path("data/imports/<str:import_id>/undo/", views.undo, name="undo"),
    path("cohorts/", views_of_cohorts.cohorts, name="cohorts"),
    path("cohorts/costs/", views_of_cohorts.costs, name="costs"),
    path("classes/", views_of_classes.classes, name="classes"),
    path("classes/<slug:code>/", views_of_classes.one, name="class"),
    path("classes/<slug:code>/edit/", views_of_classes.edit, name="edit_class"),
    path("classes/<slug:code>/preview/", views_of_classes.preview, name="preview_class"),
    path("classes/<slug:code>/restore/<int:version>/", views_of_classes.restore, name="restore_class"),
    path("runs/", views_of_runs.runs, name="runs"),
    path("runs/compare/", views_of_runs.compare, name="compare"),
    path("runs/<str:run_id>/", views_of_runs.run, name="run"),
    path("runs/<str:run_id>/models/", views_of_runs.models_of_run, name="models_of_run"),
    path("runs/<str:run_id>/scores/", views_of_runs.scores, name="scores"),
    path("models/", views_of_runs.models, name="models"),
    path("customers/<key:key>/purchases/", slots.purchases, name="customer_purchases"),
    path("customers/<key:key>/purchases/chart/", slots.over_time, name="customer_purchases_over_time"),
    path("customers/<key:key>/classes/", slots_of_classes.classes, name="customer_classes"),
    path("customers/<key:key>/forecast/", slots.forecast, name="customer_forecast"),
]
