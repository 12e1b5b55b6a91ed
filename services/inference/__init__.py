"""Inference: what the endpoint picker decided and why, and what engines and GPUs do."""
