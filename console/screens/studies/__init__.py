"""Studies: find, look at, take in and export what is on disks, discs and in archives."""
