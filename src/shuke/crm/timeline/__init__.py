"""What happened with a customer, told in one list: contacts, purchases, standing, changes of the card."""
