-- What a volume has, as the process that last reached it saw it; null while none of this release has.
ALTER TABLE "staging_volumes" ADD COLUMN "total_bytes" BIGINT,
ADD COLUMN "free_bytes" BIGINT,
ADD COLUMN "min_free_bytes" BIGINT;
