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
