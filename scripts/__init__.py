"""Programs for the developer and for CI; each is started by itself, none is part of the console."""
