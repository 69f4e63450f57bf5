"""Calendar feeds: links by which a practitioner's phone shows a calendar."""
