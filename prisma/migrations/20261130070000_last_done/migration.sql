-- Not in schema.prisma, which knows no partial indexes: when an upload of a user was last done.
CREATE INDEX "uploads_done_idx" ON "uploads"("connection_id", "finished_at") WHERE "state" = 'done';
