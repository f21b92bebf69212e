-- As before, but for an upload by tus whose last byte is here: it was received. That a process
-- takes it up then for the first time is no take-over.
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
  ELSIF NEW.state = 'transferring' AND OLD.state = 'queued' AND OLD.completion IS NOT NULL THEN
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
