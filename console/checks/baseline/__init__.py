"""Rules of GB/T 22239-2019 level 3 that a Linux server can be asked about without root; a self-check, no assessment."""
