"""A business's records, one Django app a noun: jobs, people, customers, scores."""
