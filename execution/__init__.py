"""How a document is let in: limits, one cache, persisted documents, rates. Knows no product."""
