"""The analytics store: telemetry taken in, kept, and asked."""
