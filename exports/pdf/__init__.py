"""PDFs: a document, and the lettering of its text."""
