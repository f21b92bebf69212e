-- What an upload by tus is to bring to Zenodo is kept step by step: each file that is announced is judged by an index, not by all others.
-- Files that were announced before have no key: they are judged when their upload is complete, as all are.
ALTER TABLE "tus_files" ADD COLUMN "path_key" TEXT COLLATE "C";

-- Order by bytes: what lies in a folder stands together. A whole path would be too long for an index. Prisma's schema cannot say this.
CREATE INDEX "tus_files_path_key" ON "tus_files"("upload_id", left("path_key", 500)) WHERE "path_key" IS NOT NULL;

CREATE INDEX "tus_files_upload_id_position_idx" ON "tus_files"("upload_id", "position");
DROP INDEX "tus_files_upload_id_idx";

CREATE TABLE "tus_targets" (
    "upload_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "is_zip" BOOLEAN NOT NULL,
    "path" TEXT NOT NULL,
    "files" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "tus_targets_pkey" PRIMARY KEY ("upload_id", "key")
);

ALTER TABLE "tus_targets" ADD CONSTRAINT "tus_targets_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "uploads"("id") ON DELETE CASCADE ON UPDATE CASCADE;
