-- AlterTable
ALTER TABLE "drafts" ADD COLUMN "deletion_request_id" TEXT;
