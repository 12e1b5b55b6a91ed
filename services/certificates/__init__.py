"""Certificates in the clusters' TLS Secrets."""
