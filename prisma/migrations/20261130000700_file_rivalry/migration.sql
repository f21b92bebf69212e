-- Two uploads that bring different files of one name to one draft at the same time: the last one
-- stands, and both are told.
CREATE TYPE "upload_file_rivalry" AS ENUM ('won', 'lost');
ALTER TABLE "upload_files" ADD COLUMN "rivalry" "upload_file_rivalry";
