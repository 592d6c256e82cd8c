"""Addresses of consents and of all that is held, below a customer, and of erasures."""

from __future__ import annotations

from django.urls import path

from shuke.crm.customers import paths  # noqa: F401  registers <key:key>
from shuke.crm.privacy import views, views_of_erasing

app_name = "privacy"
urlpatterns = [
    path("customers/<key:key>/consents/", views.consents, name="consents"),
    path("customers/<key:key>/consents/say/", views.say_at_once, name="say"),
    path("customers/<key:key>/all-data/", views.take, name="take"),
    path("customers/<key:key>/erase/", views_of_erasing.erase, name="erase"),
    path("erasures/", views_of_erasing.erasures, name="erasures"),
    path("erasures/return/", views_of_erasing.let_return, name="let_return"),
    path("erasures/<int:erasure_id>/", views_of_erasing.erasure, name="erasure"),
    path("erasures/<int:erasure_id>/go-on/", views_of_erasing.take_up, name="take_up"),
]
