"""Which engine shares updates among replicas: kept libraries against leases in plain SQL."""
