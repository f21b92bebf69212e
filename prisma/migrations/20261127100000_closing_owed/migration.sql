-- AlterTable
ALTER TABLE "drafts" ADD COLUMN "closing_owed" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN "restricted_inside" TEXT[] DEFAULT ARRAY[]::TEXT[];
