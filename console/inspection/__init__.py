"""Inspections: forms and their answers, the records that hold them, their seals, actions, archives and signatures."""
