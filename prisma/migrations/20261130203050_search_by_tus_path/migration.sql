-- As the index before, in a transaction of its own: a replica of the release before locks both tables in one.
CREATE INDEX "tus_files_path_idx" ON "tus_files"(left("path", 255) text_pattern_ops);
