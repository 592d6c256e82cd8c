"""Acts on many customers through the API: tags, and who is responsible."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import keyset
from shuke.crm.api.problems import invalid
from shuke.crm.api.schemas import Listing, PageOf
from shuke.crm.customers import assigning, reads, writes
from shuke.crm.customers.api_shapes import Assigning, Done, KnownTag, Restored, Tagging, Untagging
from shuke.crm.customers.models import Tag
from shuke.crm.people.models import User
from shuke.crm.people.rights import Act
from shuke.crm.words import here

group = Group("customers")


@group.get("/tags", scope="customers:read", right="see", query=Listing, answer=PageOf[KnownTag])
def list_tags(viewer: User, query: Listing) -> PageOf[KnownTag]:
    return keyset(Tag.objects.all(), query, known_tag, of="tags", rising=True)


@group.post("/customers/-/tag", scope="customers:write", right="tag", body=Tagging, answer=Done)
def tag_customers(viewer: User, body: Tagging) -> Done:
    ids, unknown = _ids(viewer, body.keys, "write")
    new = writes.tag(customers=ids, name=body.tag, by=viewer, colour=body.colour) if ids else []
    return Done(changed=len(new), unknown=unknown)


@group.post("/customers/-/untag", scope="customers:write", right="tag", body=Untagging, answer=Done)
def untag_customers(viewer: User, body: Untagging) -> Done:
    ids, unknown = _ids(viewer, body.keys, "write")
    return Done(changed=writes.untag(customers=ids, name=body.tag, by=viewer), unknown=unknown)


@group.post("/customers/-/assign", scope="customers:write", right="see", body=Assigning, answer=Done)
def assign_customers(viewer: User, body: Assigning) -> Done:
    """Make somebody, or nobody, responsible. `undo_id` takes it back."""
    if viewer.scope("customers", "assign") == "none":
        raise PermissionDenied("assign")
    to = User.objects.filter(username=body.to).first() if body.to else None
    if body.to and to is None:
        raise invalid("to", here("scores.assign.refused"))
    ids, unknown = _ids(viewer, body.keys, "assign")
    made = assigning.assign(customers=ids, to=to, by=viewer)
    changed = sum(len(some) for some in made.before.values()) if made else 0
    return Done(changed=changed, unknown=unknown, undo_id=made.pk if made else None)


@group.post("/assignments/{assignment_id}/undo", scope="customers:write", right="see", answer=Restored)
def undo_assignment(viewer: User, assignment_id: int) -> Restored:
    """Give the customers of one's own assignment back to whom they had before."""
    count = assigning.undo(assignment_id=assignment_id, by=viewer)
    if not count:
        raise Http404
    return Restored(restored=count)


def _ids(viewer: User, keys: Sequence[str], act: Act) -> tuple[list[int], list[str]]:
    """The ids of the customers on whom the viewer may do this, and the keys of no such customer."""
    found = dict(reads.visible(viewer, act).filter(key__in=keys).values_list("key", "pk"))
    return list(found.values()), [key for key in dict.fromkeys(keys) if key not in found]


def known_tag(tag: Tag) -> KnownTag:
    """A tag as the API tells it."""
    return KnownTag(id=tag.pk, name=tag.name, colour=tag.colour)
