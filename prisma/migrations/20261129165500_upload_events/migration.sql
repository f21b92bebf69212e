-- CreateEnum
CREATE TYPE "upload_event_kind" AS ENUM ('taken', 'received', 'attempt_failed', 'waiting', 'taken_over', 'parked', 'authorized', 'stranded', 'reachable', 'cancel_requested', 'done', 'failed', 'cancelled');

-- AlterTable
ALTER TABLE "uploads" ADD COLUMN "last_request_id" TEXT;

-- AlterTable
ALTER TABLE "upload_files" ADD COLUMN "last_error" JSONB,
ADD COLUMN "next_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "upload_events" (
    "id" BIGSERIAL NOT NULL,
    "upload_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" "upload_event_kind" NOT NULL,
    "file_name" TEXT,
    "attempt" INTEGER,
    "code" TEXT,
    "detail" TEXT,
    "zenodo_status" INTEGER,
    "next_at" TIMESTAMPTZ(3),
    "replica" TEXT,
    "request_id" TEXT NOT NULL,

    CONSTRAINT "upload_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "upload_events_upload_id_id_idx" ON "upload_events"("upload_id", "id");

-- CreateIndex
CREATE INDEX "upload_events_kind_at_id_idx" ON "upload_events"("kind", "at", "id");

-- CreateIndex
CREATE INDEX "upload_files_deposition_id_name_idx" ON "upload_files"("deposition_id", "name");

-- AddForeignKey
ALTER TABLE "upload_events" ADD CONSTRAINT "upload_events_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "uploads"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The history is written here, and not by the statements that change an upload: none of them can forget it, nor can a process of the last
-- release that still runs. The error of an upload tells why only where the new state comes of one.
CREATE FUNCTION "note_upload_event"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told upload_event_kind;
  fault jsonb;
BEGIN
  IF TG_OP = 'INSERT' THEN
    told := 'taken';
  ELSIF NEW.state <> OLD.state AND NEW.state IN ('done', 'failed', 'cancelled', 'stranded') THEN
    told := NEW.state::text;
  ELSIF NEW.state <> OLD.state AND NEW.state = 'waiting_for_authorization' THEN
    told := 'parked';
  ELSIF NEW.state <> OLD.state AND NEW.state = 'queued' THEN
    told := CASE OLD.state WHEN 'waiting_for_authorization' THEN 'authorized' WHEN 'stranded' THEN 'reachable' ELSE 'waiting' END;
  ELSIF NEW.state = 'transferring' AND OLD.state = 'receiving' THEN
    told := 'received';
  ELSIF NEW.state = 'transferring' AND NEW.lease_by IS NOT NULL AND NEW.lease_by IS DISTINCT FROM OLD.lease_by THEN
    told := 'taken_over';
  ELSIF NEW.cancel_requested AND NOT OLD.cancel_requested THEN
    told := 'cancel_requested';
  ELSE
    RETURN NULL;
  END IF;
  IF told IN ('waiting', 'parked', 'stranded', 'failed') THEN fault := NEW.error; END IF;
  INSERT INTO upload_events (upload_id, kind, code, detail, next_at, replica, request_id)
  VALUES (
    NEW.id, told, fault->>'code', fault->>'detail',
    CASE WHEN told = 'waiting' THEN NEW.next_at END,
    CASE WHEN TG_OP = 'UPDATE' THEN coalesce(NEW.lease_by, OLD.lease_by) ELSE NEW.lease_by END,
    CASE WHEN told IN ('authorized', 'cancel_requested', 'cancelled') THEN coalesce(NEW.last_request_id, NEW.request_id) ELSE NEW.request_id END
  );
  RETURN NULL;
END
$$;

CREATE TRIGGER "uploads_note_event" AFTER INSERT OR UPDATE OF "state", "lease_by", "cancel_requested" ON "uploads"
FOR EACH ROW EXECUTE FUNCTION "note_upload_event"();
