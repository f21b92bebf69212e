-- Uploads whose files come by tus: each file is a row of its own until all have come.
ALTER TABLE "uploads"
    ADD COLUMN "resumable" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "single" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "archive" TEXT NOT NULL DEFAULT 'zip',
    ADD COLUMN "completion" JSONB;

CREATE TABLE "tus_files" (
    "id" UUID NOT NULL,
    "upload_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "received" BIGINT NOT NULL DEFAULT 0,
    "announced_md5" TEXT,
    "md5" TEXT,
    "unverified_from" BIGINT,
    "lease_by" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "active_at" TIMESTAMPTZ(3),
    "wanted" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tus_files_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "tus_files_upload_id_idx" ON "tus_files"("upload_id");

ALTER TABLE "tus_files" ADD CONSTRAINT "tus_files_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "uploads"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Files that a process is taking, or died over. Prisma's schema cannot say this.
CREATE INDEX "tus_files_leased" ON "tus_files"("lease_until") WHERE "lease_by" IS NOT NULL;
