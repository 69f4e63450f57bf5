"""Mail to clients: what is owed, its delivery, and the list of it."""
