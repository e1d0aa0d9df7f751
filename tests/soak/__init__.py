"""Kills, volume and hostile requests, a little of each; what they start ends with the last test here."""
