"""Addresses of cards and of their fields, below /customers/ (`crm.scores.urls` takes them in)."""

from __future__ import annotations

from django.urls import path

from shuke.crm.customers import paths, views_of_cards, views_of_fields, views_of_links  # noqa: F401  registers <key:key>

urlpatterns = [
    path("-/new/", views_of_cards.new, name="new"),
    path("-/find/", views_of_cards.find, name="find"),
    path("-/change/<int:change_id>/undo/", views_of_cards.undo_change, name="undo_change"),
    path("-/entry/<int:entry_id>/", views_of_cards.edit_entry, name="edit_entry"),
    path("-/entry/<int:entry_id>/remove/", views_of_cards.remove_entry, name="remove_entry"),
    path("-/link/<int:link_id>/remove/", views_of_links.remove, name="unlink"),
    path("-/card/", views_of_fields.arrange, name="arrange"),
    path("-/card/template/<slug:code>/", views_of_fields.lay_template, name="lay_template"),
    path("-/card/section/", views_of_fields.add_section, name="add_section"),
    path("-/card/section/<int:section_id>/", views_of_fields.edit_section, name="edit_section"),
    path("-/card/section/<int:section_id>/add/", views_of_fields.add_field, name="add_field"),
    path("-/card/section/<int:section_id>/archive/", views_of_fields.archive_section, name="archive_section"),
    path("-/card/section/<int:section_id>/move/", views_of_fields.move_section, name="move_section"),
    path("-/card/field/<int:field_id>/", views_of_fields.edit_field, name="edit_field"),
    path("-/card/field/<int:field_id>/archive/", views_of_fields.archive_field, name="archive_field"),
    path("-/card/field/<int:field_id>/move/", views_of_fields.move_field, name="move_field"),
    path("-/card/tag/<int:tag_id>/", views_of_fields.colour_tag, name="colour_tag"),
    path("<key:key>/edit/", views_of_cards.edit, name="edit"),
    path("<key:key>/field/<slug:code>/", views_of_cards.value, name="value"),
    path("<key:key>/entries/<slug:section>/", views_of_cards.add_entry, name="add_entry"),
    path("<key:key>/traits/", views_of_cards.set_trait, name="set_trait"),
    path("<key:key>/links/", views_of_links.add, name="link"),
    path("<key:key>/history/", views_of_cards.history, name="history"),
]
