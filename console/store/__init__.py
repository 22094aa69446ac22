"""What the console keeps: documents, the audit log, and the rules by which a file of ours reaches the disk.

Nothing is imported here: the settings are read at every start through `console.store.files` alone, and must not pay
for TinyDB or for file locks.
"""
