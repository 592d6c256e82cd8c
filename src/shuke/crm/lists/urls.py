"""Addresses of lists."""

from __future__ import annotations

from django.urls import path

from shuke.crm.customers import paths  # noqa: F401  registers <key:key>
from shuke.crm.lists import views

app_name = "lists"
urlpatterns = [
    path("lists/", views.show, name="show"),
    path("lists/put/", views.put_many, name="put_many"),
    path("lists/<int:listed_id>/take-off/", views.take_off, name="take_off"),
    path("customers/<key:key>/lists/", views.of_customer, name="of_customer"),
]
