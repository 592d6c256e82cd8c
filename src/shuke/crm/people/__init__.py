"""Who works here: users, their language and theme, what each may do."""
