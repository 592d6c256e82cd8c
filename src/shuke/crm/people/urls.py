"""Addresses of log-in, one's own settings, users, teams and roles, and the audit."""

from __future__ import annotations

from django.urls import path

from shuke.crm.people import views, views_of_audit, views_of_people, views_of_security, views_of_tokens

app_name = "people"
urlpatterns = [
    path("log-in/", views.log_in, name="log_in"),
    path("log-in/second/", views_of_security.second_step, name="second"),
    path("log-out/", views.log_out, name="log_out"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.password, name="password"),
    path("profile/security/", views_of_security.security, name="security"),
    path("profile/security/app/", views_of_security.add_authenticator, name="add_authenticator"),
    path("profile/security/passkeys/add/", views_of_security.add_passkey, name="add_passkey"),
    path("profile/security/passkeys/<int:passkey_id>/remove/", views_of_security.remove_passkey, name="remove_passkey"),
    path("profile/security/codes/", views_of_security.new_codes, name="new_codes"),
    path("profile/security/off/", views_of_security.turn_off, name="turn_off"),
    path("profile/log-ins/<int:log_in_id>/end/", views_of_security.end_log_in, name="end_log_in"),
    path("profile/log-ins/end-others/", views_of_security.end_other_log_ins, name="end_other_log_ins"),
    path("profile/tokens/", views_of_tokens.tokens, name="tokens"),
    path("profile/tokens/<int:token_id>/revoke/", views_of_tokens.revoke_token, name="revoke_token"),
    path("people/", views_of_people.user_list, name="list"),
    path("people/add/", views_of_people.add_user, name="add"),
    path("people/<int:user_id>/", views_of_people.edit_user, name="edit"),
    path("people/<int:user_id>/second-factor/reset/", views_of_people.reset_factors, name="reset_factors"),
    path("people/<int:user_id>/view-as/", views_of_people.view_as, name="view_as"),
    path("people/<int:user_id>/tokens/", views_of_tokens.user_tokens, name="user_tokens"),
    path("people/view-as/end/", views_of_people.end_view_as, name="end_view_as"),
    path("people/teams/", views_of_people.team_list, name="teams"),
    path("people/teams/add/", views_of_people.add_team, name="add_team"),
    path("people/teams/<int:team_id>/", views_of_people.edit_team, name="edit_team"),
    path("people/teams/<int:team_id>/delete/", views_of_people.delete_team, name="delete_team"),
    path("people/roles/", views_of_people.role_list, name="roles"),
    path("people/roles/add/", views_of_people.add_role, name="add_role"),
    path("people/roles/<int:role_id>/", views_of_people.edit_role, name="edit_role"),
    path("people/roles/<int:role_id>/delete/", views_of_people.delete_role, name="delete_role"),
    path("audit/", views_of_audit.show, name="audit"),
    path("audit/export/", views_of_audit.export, name="export_audit"),
]
