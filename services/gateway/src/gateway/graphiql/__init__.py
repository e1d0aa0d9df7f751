"""A page to try queries on, and what it is made of."""
