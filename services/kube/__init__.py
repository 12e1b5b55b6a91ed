"""One cluster's Kubernetes API: client, resource catalogue, watch cache, changes."""
