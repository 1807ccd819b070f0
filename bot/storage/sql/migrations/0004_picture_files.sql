CREATE TABLE picture_files (
    key TEXT PRIMARY KEY,
    file_id TEXT NOT NULL
) WITHOUT ROWID;
