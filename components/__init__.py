"""What pages are made of. Given plain values, imports no service."""
