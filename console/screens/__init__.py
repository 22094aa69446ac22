"""Places of the console, one folder each. They reach the domain through Services only."""
