-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "connection_state" AS ENUM ('active', 'reauthorization_required');

-- CreateEnum
CREATE TYPE "upload_state" AS ENUM ('receiving', 'queued', 'transferring', 'done', 'failed', 'waiting_for_authorization', 'stranded', 'cancelled');

-- CreateEnum
CREATE TYPE "upload_file_state" AS ENUM ('receiving', 'staged', 'transferring', 'uploaded', 'unchanged', 'failed');

-- CreateTable
CREATE TABLE "oauth_states" (
    "hash" TEXT NOT NULL,
    "container_id" TEXT NOT NULL,
    "callback_url" TEXT NOT NULL,
    "reauthorization" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "oauth_states_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "connections" (
    "id" UUID NOT NULL,
    "zenodo_origin" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "zenodo_user_id" TEXT NOT NULL,
    "access_token" BYTEA,
    "refresh_token" BYTEA,
    "token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT NOT NULL DEFAULT '',
    "state" "connection_state" NOT NULL DEFAULT 'active',
    "version" INTEGER NOT NULL DEFAULT 1,
    "lease_by" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "refreshed_at" TIMESTAMPTZ(3),
    "proved_alive_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "handles" (
    "hash" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "container_id" TEXT NOT NULL,
    "callback_url" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "spent_at" TIMESTAMPTZ(3),

    CONSTRAINT "handles_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "drafts" (
    "id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "connection_id" UUID,
    "container_id" TEXT,
    "deposition_id" BIGINT,
    "current" BOOLEAN NOT NULL DEFAULT true,
    "made_here" BOOLEAN NOT NULL DEFAULT true,
    "manifest" TEXT,
    "access_decided" BOOLEAN NOT NULL DEFAULT false,
    "metadata_hash" TEXT,
    "publish_key" TEXT,
    "publish_asked_at" TIMESTAMPTZ(3),
    "publish_asked_key" TEXT,
    "owed" JSONB,
    "lease_by" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "published_at" TIMESTAMPTZ(3),
    "deletion_asked_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "drafts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "uploads" (
    "id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "connection_id" UUID,
    "personal_token" BYTEA,
    "deposition_id" BIGINT NOT NULL,
    "container_id" TEXT,
    "state" "upload_state" NOT NULL DEFAULT 'receiving',
    "volume" TEXT NOT NULL,
    "lease_by" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "sync" BOOLEAN NOT NULL DEFAULT false,
    "reserved" BIGINT NOT NULL DEFAULT 0,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "request_id" TEXT NOT NULL,
    "other_files" JSONB NOT NULL DEFAULT '[]',
    "warnings" JSONB NOT NULL DEFAULT '[]',
    "error" JSONB,
    "deadline_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "uploads_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upload_files" (
    "id" UUID NOT NULL,
    "upload_id" UUID NOT NULL,
    "deposition_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "size" BIGINT,
    "received" BIGINT NOT NULL DEFAULT 0,
    "sent" BIGINT NOT NULL DEFAULT 0,
    "rate" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "md5" TEXT,
    "state" "upload_file_state" NOT NULL DEFAULT 'receiving',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "parts" JSONB,
    "error" JSONB,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "upload_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "staging_volumes" (
    "id" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "staging_volumes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "oauth_states_expires_at_idx" ON "oauth_states"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "connections_zenodo_origin_client_id_zenodo_user_id_key" ON "connections"("zenodo_origin", "client_id", "zenodo_user_id");

-- CreateIndex
CREATE INDEX "handles_connection_id_idx" ON "handles"("connection_id");

-- CreateIndex
CREATE INDEX "handles_expires_at_idx" ON "handles"("expires_at");

-- CreateIndex
CREATE INDEX "drafts_connection_id_idx" ON "drafts"("connection_id");

-- CreateIndex
CREATE INDEX "drafts_deposition_id_idx" ON "drafts"("deposition_id");

-- CreateIndex
CREATE UNIQUE INDEX "drafts_owner_deposition_id_key" ON "drafts"("owner", "deposition_id");

-- CreateIndex
CREATE INDEX "uploads_state_next_at_idx" ON "uploads"("state", "next_at");

-- CreateIndex
CREATE INDEX "uploads_owner_deposition_id_idx" ON "uploads"("owner", "deposition_id");

-- CreateIndex
CREATE UNIQUE INDEX "upload_files_upload_id_name_key" ON "upload_files"("upload_id", "name");

-- AddForeignKey
ALTER TABLE "handles" ADD CONSTRAINT "handles_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_files" ADD CONSTRAINT "upload_files_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "uploads"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One transfer per deposition and file name at a time, across replicas. Prisma's schema cannot say this.
CREATE UNIQUE INDEX "upload_files_one_transfer" ON "upload_files"("deposition_id", "name") WHERE "state" = 'transferring';

-- One deposition stands for a container of an owner, however many callers ask at once. Prisma's schema cannot say this.
CREATE UNIQUE INDEX "drafts_one_per_container" ON "drafts"("owner", "container_id") WHERE "current" AND "container_id" IS NOT NULL;
