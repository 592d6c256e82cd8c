"""What the latest runs said of each customer, in tables that lists and cards read at once; and their pages."""
