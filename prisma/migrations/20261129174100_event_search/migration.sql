-- CreateIndex
CREATE INDEX "events_container_id_seq_idx" ON "events"("container_id", "seq");

-- CreateIndex
CREATE INDEX "events_zenodo_user_id_seq_idx" ON "events"("zenodo_user_id", "seq");
