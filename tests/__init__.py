"""The tests. Folders that are packages have fixtures that end with the last test of the folder."""
