"""The story told over HTTP to real processes, which end with the last test here."""
