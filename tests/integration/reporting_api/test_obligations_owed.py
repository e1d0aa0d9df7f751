"""Who owes which report: the place's list and each organisation's own, and notices given once."""
