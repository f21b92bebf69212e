-- Each upload begins with a sum over those that are open; those that ended are a thousand times as many.
CREATE INDEX "uploads_open_idx" ON "uploads"("volume", "owner") WHERE "finished_at" IS NULL;

-- The drafts of personal tokens, which go when they are old.
CREATE INDEX "drafts_personal_idx" ON "drafts"("updated_at") WHERE "connection_id" IS NULL;
