"""Addresses below /customers/. Acts stand below `-/`, out of the way of customers' keys."""

from __future__ import annotations

from django.urls import include, path

from shuke.crm.customers import paths  # noqa: F401  registers <key:key>
from shuke.crm.scores import views, views_of_bulk, views_of_consents, views_of_rights

app_name = "customers"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("-/export/", views.send_export, name="export"),
    path("-/tag/", views.tag_selected, name="tag"),
    path("-/untag/", views.untag, name="untag"),
    path("-/assign/", views_of_rights.assign, name="assign"),
    path("-/assign/<int:assignment_id>/", views_of_rights.assignment, name="assignment"),
    path("-/assign/<int:assignment_id>/undo/", views_of_rights.undo_assign, name="undo_assign"),
    path("-/reveal/<key:key>/", views_of_rights.reveal, name="reveal"),
    path("-/views/", views.save_view, name="save_view"),
    path("-/views/<int:view_id>/delete/", views.delete_view, name="delete_view"),
    path("-/bulk/", views_of_bulk.edit, name="bulk"),
    path("-/act/<int:act_id>/", views_of_bulk.act, name="act"),
    path("-/act/<int:act_id>/undo/", views_of_bulk.undo, name="undo_act"),
    path("-/consents/", views_of_consents.note_selected, name="consents"),
    path("<key:key>/", views.show_card, name="card"),
    path("", include("shuke.crm.customers.urls")),
]
