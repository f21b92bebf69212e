-- What tells an account or a deposition of Zenodo's from another one that got the same id when a sandbox was wiped.
ALTER TABLE "connections" ADD COLUMN "account_created_at" TIMESTAMPTZ(3);
ALTER TABLE "drafts" ADD COLUMN "zenodo_created_at" TIMESTAMPTZ(3);
ALTER TABLE "uploads" ADD COLUMN "deposition_created_at" TIMESTAMPTZ(3);
