"""One module for each kind of check: what it looks at, what it asks, how it judges."""
