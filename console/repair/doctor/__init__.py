"""The doctor: what is wrong with DICOM files, and between them, in plain words and with a remedy. It writes nothing."""
