-- Not in schema.prisma, which knows no such indexes: the operator finds a file by the beginning of the path that it was sent as. A path may
-- be longer than an index takes, and a search has 255 characters at most.
CREATE INDEX "upload_files_sent_as_idx" ON "upload_files"(left("sent_as", 255) text_pattern_ops) WHERE "sent_as" IS NOT NULL;

-- As before, but for an upload by tus that rested, or waited for its user or its volume, before it was first assembled: a process that takes
-- it up after that has taken it over.
CREATE OR REPLACE FUNCTION "note_upload_event"() RETURNS trigger LANGUAGE plpgsql AS $$
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
  ELSIF NEW.state = 'queued' AND OLD.state = 'failed' THEN
    RETURN NULL;
  ELSIF NEW.state = 'queued' AND OLD.state = 'receiving' THEN
    told := 'received';
  ELSIF NEW.state <> OLD.state AND NEW.state = 'queued' THEN
    told := CASE OLD.state WHEN 'waiting_for_authorization' THEN 'authorized' WHEN 'stranded' THEN 'reachable' ELSE 'waiting' END;
  ELSIF NEW.state = 'transferring' AND OLD.state = 'receiving' THEN
    told := 'received';
  ELSIF NEW.state = 'transferring' AND OLD.state = 'queued' AND OLD.completion IS NOT NULL AND NOT EXISTS (
    SELECT FROM upload_events WHERE upload_id = NEW.id AND kind IN ('waiting', 'authorized', 'reachable')
  ) THEN
    RETURN NULL;
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
