-- Not in schema.prisma, which knows no partial indexes: access tokens that were spent, until they are removed.
CREATE INDEX "access_tokens_spent_idx" ON "access_tokens"("spent_at") WHERE "spent_at" IS NOT NULL;
-- For a caller who has lost an access token and names the container.
CREATE INDEX "access_tokens_container_id_idx" ON "access_tokens"("container_id");
