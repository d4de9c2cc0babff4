"""What travels between machines: sending, taking in, what came and who still lacks what."""
