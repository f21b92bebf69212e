-- Who deleted a draft: until here only calls of the application were written down.
CREATE TYPE "draft_deletion" AS ENUM ('application', 'operator', 'age', 'elsewhere');
ALTER TABLE "drafts" ADD COLUMN "deleted_by" "draft_deletion";
UPDATE "drafts" SET "deleted_by" = 'application' WHERE "deletion_request_id" IS NOT NULL;
