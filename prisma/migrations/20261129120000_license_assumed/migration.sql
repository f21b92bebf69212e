-- AlterTable
ALTER TABLE "drafts" ADD COLUMN "license_assumed" TEXT;
