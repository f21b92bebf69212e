-- Tells the planner how few files the new indexes of paths find: by itself, PostgreSQL looks again only when a tenth of the rows has changed.
ANALYZE "upload_files";
ANALYZE "tus_files";
