"""Ways to a host: this machine, SSH, a bundle that was carried here on a stick."""
