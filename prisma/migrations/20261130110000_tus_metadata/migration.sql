-- AlterTable
ALTER TABLE "tus_files" ADD COLUMN "metadata" TEXT;
