-- CreateIndex
CREATE INDEX "events_request_id_idx" ON "events"("request_id");

-- Not in schema.prisma, which knows no partial indexes. What later requests did to an upload, and the one that deleted a draft.
CREATE INDEX "upload_events_request_idx" ON "upload_events"("request_id")
  WHERE "kind" IN ('authorized', 'cancel_requested', 'cancelled', 'operator');
CREATE INDEX "drafts_deletion_request_idx" ON "drafts"("deletion_request_id") WHERE "deletion_request_id" IS NOT NULL;
