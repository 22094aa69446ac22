"""Questions that the console asks by itself over the network: connections, certificates, web pages, DICOM nodes."""
