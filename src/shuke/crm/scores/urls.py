"""Addresses below /customers/. Acts stand below `-/`, out of the way of customers' keys."""

from __future__ import annotations

from django.urls import path

from shuke.crm.customers import paths  # noqa: F401  registers <key:key>
from shuke.crm.scores import views, views_of_rights

app_name = "customers"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("-/export/", views.send_export, name="export"),
    path("-/tag/", views.tag_selected, name="tag"),
    path("-/untag/", views.untag, name="untag"),
    path("-/assign/", views_of_rights.assign, name="assign"),
    path("-/assign/<int:assignment_id>/undo/", views_of_rights.undo_assign, name="undo_assign"),
    path("-/reveal/<key:key>/", views_of_rights.reveal, name="reveal"),
    path("-/views/", views.save_view, name="save_view"),
    path("-/views/<int:view_id>/delete/", views.delete_view, name="delete_view"),
    path("<key:key>/", views.show_card, name="card"),
]
