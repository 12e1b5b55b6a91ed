"""Who listens to what, what is sent, what is dropped."""
