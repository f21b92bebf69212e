-- AlterTable
ALTER TABLE "drafts" ADD COLUMN "communities_owed" JSONB;
