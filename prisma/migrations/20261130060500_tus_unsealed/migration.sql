-- Files that are still on their way. What a volume needs is asked for each file that is announced,
-- and an upload may have 20,000 that have arrived. Prisma's schema cannot say this.
CREATE INDEX "tus_files_unsealed" ON "tus_files"("upload_id") WHERE "md5" IS NULL;
