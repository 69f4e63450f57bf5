"""What the API says: declarations over the rows that resolvers return."""
