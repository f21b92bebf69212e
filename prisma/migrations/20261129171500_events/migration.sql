-- CreateEnum
CREATE TYPE "event_delivery" AS ENUM ('pending', 'delivered', 'undelivered', 'off');

-- CreateTable
CREATE TABLE "events" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "seq" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "type" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "connection_id" UUID,
    "zenodo_user_id" TEXT,
    "deposition_id" BIGINT,
    "container_id" TEXT,
    "upload_id" UUID,
    "request_id" TEXT,
    "data" JSONB NOT NULL,
    "sealed" BOOLEAN NOT NULL DEFAULT true,
    "delivery" "event_delivery" NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deadline_at" TIMESTAMPTZ(3) NOT NULL DEFAULT (now() + '3 days'::interval),
    "lease_by" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "last_status" INTEGER,
    "last_error" TEXT,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "events_seq_key" ON "events"("seq");

-- CreateIndex
CREATE INDEX "events_owner_seq_idx" ON "events"("owner", "seq");

-- CreateIndex
CREATE INDEX "events_deposition_id_seq_idx" ON "events"("deposition_id", "seq");

-- CreateIndex
CREATE INDEX "events_upload_id_seq_idx" ON "events"("upload_id", "seq");

-- CreateIndex
CREATE INDEX "events_type_at_idx" ON "events"("type", "at");

-- CreateIndex
CREATE INDEX "events_at_idx" ON "events"("at");

-- Not in schema.prisma, which knows no partial indexes: what is to be delivered, and what stands before it.
CREATE INDEX "events_pending_idx" ON "events"("next_at", "seq") WHERE "delivery" = 'pending';
CREATE INDEX "events_pending_stream_idx" ON "events"("stream", "seq") WHERE "delivery" = 'pending';
CREATE INDEX "events_undelivered_idx" ON "events"("seq") WHERE "delivery" = 'undelivered';

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "uploads"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The lock makes the order of `seq` that of the commits: who has read up to one event never misses an earlier one.
CREATE FUNCTION "tell_event"(
  type text, told boolean, owner text, connection_id uuid, deposition_id bigint, container_id text, upload_id uuid, request_id text, data jsonb, sealed boolean
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('events ' || owner));
  INSERT INTO events AS e (type, owner, stream, connection_id, zenodo_user_id, deposition_id, container_id, upload_id, request_id, data, sealed, delivery, at)
  VALUES (
    tell_event.type, tell_event.owner, coalesce('deposition:' || tell_event.deposition_id, 'connection:' || tell_event.connection_id, tell_event.owner), tell_event.connection_id,
    (SELECT c.zenodo_user_id FROM connections c WHERE c.id = tell_event.connection_id),
    tell_event.deposition_id, tell_event.container_id, tell_event.upload_id, tell_event.request_id, tell_event.data, tell_event.sealed,
    (CASE WHEN told THEN 'pending' ELSE 'off' END)::event_delivery, now()
  );
END
$$;

CREATE FUNCTION "tell_upload_state"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_event(
    'upload.' || NEW.state, true, NEW.owner, NEW.connection_id, NEW.deposition_id, NEW.container_id, NEW.id, NEW.request_id,
    jsonb_build_object('state', NEW.state, 'error', NEW.error), false
  );
  RETURN NULL;
END
$$;

-- Beside the history of an upload, and for the same reason a trigger.
CREATE TRIGGER "uploads_tell_state" AFTER UPDATE OF "state" ON "uploads"
FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state IN ('done', 'failed', 'waiting_for_authorization'))
EXECUTE FUNCTION "tell_upload_state"();
