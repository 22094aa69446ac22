"""Error and application logs: reading only what is new, grouping it by shape, and waiting for a person's word on it."""
