-- Not in schema.prisma, which knows no partial indexes: events whose data is not stored yet.
CREATE INDEX "events_unsealed_idx" ON "events"("seq") WHERE NOT "sealed";
