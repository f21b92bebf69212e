-- No release knows the old name.
ALTER TYPE "upload_file_rivalry" RENAME TO "upload_file_conflict";
ALTER TABLE "upload_files" RENAME COLUMN "rivalry" TO "conflict";
