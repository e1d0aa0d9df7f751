"""What travels between processes: the server answers with these, the clients parse into them."""
