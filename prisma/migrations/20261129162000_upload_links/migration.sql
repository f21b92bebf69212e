-- CreateEnum
CREATE TYPE "upload_link_end" AS ENUM ('finished', 'revoked', 'published', 'deleted', 'disconnected');

-- CreateTable
CREATE TABLE "upload_links" (
    "id" UUID NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "deposition_id" BIGINT NOT NULL,
    "container_id" TEXT,
    "return_url" TEXT NOT NULL,
    "application_name" TEXT,
    "max_bytes" BIGINT,
    "max_files" INTEGER,
    "folders" TEXT NOT NULL DEFAULT 'zip',
    "sync" BOOLEAN NOT NULL DEFAULT false,
    "locale" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "reason" "upload_link_end",

    CONSTRAINT "upload_links_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "uploads" ADD COLUMN "upload_link_id" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "upload_links_secret_hash_key" ON "upload_links"("secret_hash");

-- CreateIndex
CREATE INDEX "upload_links_connection_id_deposition_id_idx" ON "upload_links"("connection_id", "deposition_id");

-- CreateIndex
CREATE INDEX "upload_links_deposition_id_idx" ON "upload_links"("deposition_id");

-- CreateIndex
CREATE INDEX "upload_links_expires_at_idx" ON "upload_links"("expires_at");

-- CreateIndex
CREATE INDEX "uploads_upload_link_id_idx" ON "uploads"("upload_link_id");

-- AddForeignKey
ALTER TABLE "upload_links" ADD CONSTRAINT "upload_links_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_upload_link_id_fkey" FOREIGN KEY ("upload_link_id") REFERENCES "upload_links"("id") ON DELETE SET NULL ON UPDATE CASCADE;
