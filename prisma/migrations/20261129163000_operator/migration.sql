-- CreateIndex
CREATE INDEX "uploads_created_at_id_idx" ON "uploads"("created_at", "id");

-- CreateIndex
CREATE INDEX "uploads_container_id_created_at_id_idx" ON "uploads"("container_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "uploads_deposition_id_created_at_id_idx" ON "uploads"("deposition_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "uploads_connection_id_created_at_id_idx" ON "uploads"("connection_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "uploads_request_id_idx" ON "uploads"("request_id");

-- CreateIndex
CREATE INDEX "uploads_state_created_at_id_idx" ON "uploads"("state", "created_at", "id");

-- CreateIndex
CREATE INDEX "uploads_finished_at_idx" ON "uploads"("finished_at");

-- Not in schema.prisma, which knows no partial indexes: what failed, by when.
CREATE INDEX "uploads_failed_idx" ON "uploads"("finished_at", "id") WHERE "state" = 'failed';

-- CreateIndex
CREATE INDEX "upload_files_name_idx" ON "upload_files"("name" text_pattern_ops);

-- CreateIndex
CREATE INDEX "connections_zenodo_user_id_idx" ON "connections"("zenodo_user_id");

-- CreateIndex
CREATE INDEX "connections_created_at_id_idx" ON "connections"("created_at", "id");

-- CreateIndex
CREATE INDEX "drafts_container_id_idx" ON "drafts"("container_id");

-- CreateIndex
CREATE INDEX "drafts_created_at_id_idx" ON "drafts"("created_at", "id");
