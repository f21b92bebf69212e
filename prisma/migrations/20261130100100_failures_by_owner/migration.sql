-- The operator's page counts what ended by hour and state.
DROP INDEX "uploads_finished_at_idx";
CREATE INDEX "uploads_finished_at_state_idx" ON "uploads"("finished_at", "state");
-- Not in schema.prisma, which knows no partial indexes: since when uploads of a user fail.
CREATE INDEX "uploads_failed_owner_idx" ON "uploads"("owner", "finished_at") WHERE "state" = 'failed';
