"""Reusable pieces of the screen: plain values in, messages out; they know no service and no other widget."""
