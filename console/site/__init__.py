"""The site file: reading, checking, writing and learning it, and the secrets it names."""
