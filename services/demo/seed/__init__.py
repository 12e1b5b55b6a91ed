"""What the demo fleet holds when it starts."""
