"""The remedies: each looks at files, asks what it has to know, and proposes edits. None of them writes a byte."""
