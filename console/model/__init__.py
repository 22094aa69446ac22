"""Nouns that two packages share: frozen, plain values, no behaviour beyond derivation."""
