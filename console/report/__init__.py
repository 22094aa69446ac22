"""The printed report: an inspection becomes an A4 PDF/A-2b that a hospital signs.

`build.write_report` does it in the process that calls it, `job.ReportJob` in one of its own.
"""
