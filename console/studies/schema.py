"""The tables of the index. It can always be dropped and built again from the files, so it keeps nothing of its own.

`instance` has one row for each file (or member of a zip file); what thousands of them have in common stands once in
`form`, of which none is ever taken out, since they are few. `head` keeps, as they lie in the files, the texts that
are the same for all instances of a series; `study` and `series` are made of both when a run settles, for the lists.
Studies and series are numbered by a hash of what identifies them, so that a row can be added without looking anything
up; instances are numbered as they come, which keeps the largest table in the order in which it is written.
"""

VERSION = 2
"""PRAGMA user_version of the layout below. An index with a higher number is left alone."""

APPLICATION = 0x43415448
"""PRAGMA application_id, "CATH": tells an index from any other SQLite file."""

TABLES = """
CREATE TABLE root(
  id INTEGER PRIMARY KEY, path NOT NULL UNIQUE,
  kind TEXT NOT NULL,       -- folder | file | dicomdir | zip
  added TEXT NOT NULL,      -- ISO 8601 with zone
  scanned TEXT NOT NULL,    -- end of the last complete run; empty before
  state TEXT NOT NULL,      -- empty: as the disk is; gone: the medium was pulled; part: stopped or partly unreadable
  device INTEGER NOT NULL,  -- file system it was on, to tell a pulled medium from an emptied folder
  files INTEGER NOT NULL    -- files below it at the last complete run, for the progress of the next
);
CREATE TABLE dir(
  id INTEGER PRIMARY KEY,   -- hash of the path
  root INTEGER NOT NULL, path NOT NULL, mtime_ns INTEGER NOT NULL,
  digest BLOB NOT NULL,     -- of the names, sizes and times of its files, once all of them are in; else empty
  files INTEGER NOT NULL,   -- how many it holds
  zips INTEGER NOT NULL DEFAULT 0,    -- how many of them are zip files, each of which is a dir of its own
  device INTEGER NOT NULL DEFAULT 0   -- file system it is on; of a zip file its size
);
CREATE TABLE other(
  dir INTEGER NOT NULL, name NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  what TEXT NOT NULL,       -- empty: no DICOM object; else a code of console.studies.problems
  PRIMARY KEY(dir, name)
) WITHOUT ROWID;
CREATE TABLE head(
  id INTEGER NOT NULL,      -- hash of raw, study and series; may stand twice until its study is settled
  study INTEGER NOT NULL, series INTEGER NOT NULL,
  raw BLOB NOT NULL         -- see console.studies.rows.Head
);
CREATE TABLE fresh(         -- heads of a first import that is not finished
  id INTEGER NOT NULL, study INTEGER NOT NULL, series INTEGER NOT NULL, raw BLOB NOT NULL
);
CREATE TABLE form(
  id INTEGER PRIMARY KEY,   -- hash of the rest
  sop_class TEXT NOT NULL, rows INTEGER NOT NULL, columns INTEGER NOT NULL, bits INTEGER NOT NULL,
  photometric TEXT NOT NULL, ts TEXT NOT NULL, fps REAL NOT NULL, image_type TEXT NOT NULL, pixlen INTEGER NOT NULL
);
CREATE TABLE instance(
  id INTEGER PRIMARY KEY, series INTEGER NOT NULL, head INTEGER NOT NULL, form INTEGER NOT NULL, uid TEXT NOT NULL,
  number INTEGER, frames INTEGER NOT NULL, duration_s REAL NOT NULL, primary_deg REAL, secondary_deg REAL,
  acquired TEXT NOT NULL, pix INTEGER NOT NULL,
  dir INTEGER NOT NULL, name NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  title_raw BLOB,           -- a title that is not ASCII, as it lies in the file; settling decodes it into title
  notes TEXT NOT NULL DEFAULT ''
);
CREATE TABLE study(
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL, patient_key TEXT NOT NULL,
  name TEXT NOT NULL, name_other TEXT NOT NULL, name_flag INTEGER NOT NULL,
  patient_id TEXT NOT NULL, birth_date TEXT NOT NULL, sex TEXT NOT NULL, date TEXT NOT NULL, time TEXT NOT NULL,
  accession TEXT NOT NULL, study_id TEXT NOT NULL, description TEXT NOT NULL, institution TEXT NOT NULL,
  referring TEXT NOT NULL, modalities TEXT NOT NULL, series_count INTEGER NOT NULL, instance_count INTEGER NOT NULL,
  frames INTEGER NOT NULL, size INTEGER NOT NULL, sort_name TEXT NOT NULL, hay TEXT NOT NULL, flags TEXT NOT NULL,
  device INTEGER NOT NULL DEFAULT 0,  -- what made it, where its texts are not plain ASCII
  votes TEXT NOT NULL DEFAULT '',     -- how its texts vote on the character set of that device
  unsure INTEGER NOT NULL DEFAULT 0   -- 1: the votes of other studies may change how its texts are read
);
CREATE TABLE series(
  id INTEGER PRIMARY KEY, study INTEGER NOT NULL, uid TEXT NOT NULL, number INTEGER, modality TEXT NOT NULL,
  description TEXT NOT NULL, protocol TEXT NOT NULL, body_part TEXT NOT NULL, station TEXT NOT NULL,
  manufacturer TEXT NOT NULL, model TEXT NOT NULL, instance_count INTEGER NOT NULL, frames INTEGER NOT NULL,
  size INTEGER NOT NULL, first_instance INTEGER NOT NULL
);
CREATE TABLE touched(study INTEGER PRIMARY KEY);
CREATE TABLE swayed(device INTEGER PRIMARY KEY);
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX other_what ON other(dir) WHERE what != '';
CREATE INDEX study_unsure ON study(device) WHERE unsure;
CREATE INDEX study_uid ON study(uid);
CREATE INDEX series_study ON series(study);
CREATE INDEX dir_root ON dir(root);
CREATE INDEX instance_title ON instance(series) WHERE title_raw IS NOT NULL;
"""

INDICES = {
    "instance_series": "ON instance(series, head, number, uid, frames, size)",
    "instance_dir": "ON instance(dir)",
    "head_study": "ON head(study)",
}
"""Of the tables that only grow at their end: a first import builds them when all is in."""

DERIVED = ("study", "series", "swayed", "touched")
"""Tables that are made of `head` and `instance` alone."""
