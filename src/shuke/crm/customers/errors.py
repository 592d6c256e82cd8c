"""What can go wrong when customers are written."""

from __future__ import annotations

from shuke.kit.errors import InputError


class NoSuchCustomer(InputError):  # noqa: N818  named as the sentence it makes
    """No customer has this key."""


class RefusedTag(InputError):  # noqa: N818
    """A tag is a word of 1 to 40 characters."""


class RefusedView(InputError):  # noqa: N818
    """A saved view needs a name of 1 to 60 characters that its owner has not used."""


class RefusedAssignment(InputError):  # noqa: N818
    """Customers go only to somebody who can log in and whom the giver's scope of assigning reaches."""


class RefusedValue(InputError):  # noqa: N818
    """What was written does not fit the type of the field."""


class RefusedField(InputError):  # noqa: N818
    """A field or section cannot be made or changed so: what customers have in it would be lost, or it has no label."""


class RefusedLink(InputError):  # noqa: N818
    """Two customers cannot be linked so."""


class RefusedKey(InputError):  # noqa: N818
    """Another customer has this key."""
