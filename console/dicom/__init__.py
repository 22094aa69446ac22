"""DICOM objects: reading files of strangers in a helper process, frames, decoding, grayscale, geometry, texts.

Everything that parses foreign bytes (`object`, `dataset`, `elements`, `frames`, `decoders`, ...) runs in the helper
process only. The user interface imports `reader`, `pixels`, `geometry`, `describe` and `kinds`, none of which needs
pydicom.
"""
