"""The inspections (F6): quarters, forms, actions, pages."""
