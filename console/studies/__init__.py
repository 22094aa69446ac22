"""Studies: finding them, listing them, handing them on."""
