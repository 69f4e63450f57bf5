"""How fast the session history is answered, beside other ways of answering it."""
