-- CreateTable
CREATE TABLE "locks" (
    "key" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "locks_pkey" PRIMARY KEY ("key")
);

-- A lock goes with what it is on.
CREATE FUNCTION "lock_goes_with_its_row"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "locks" WHERE "key" = TG_ARGV[0] || ':' || OLD."id";
  RETURN NULL;
END $$;

CREATE TRIGGER "lock_goes_with_connection" AFTER DELETE ON "connections"
  FOR EACH ROW EXECUTE FUNCTION "lock_goes_with_its_row"('connection');
CREATE TRIGGER "lock_goes_with_draft" AFTER DELETE ON "drafts"
  FOR EACH ROW EXECUTE FUNCTION "lock_goes_with_its_row"('draft');

-- The release before keeps its locks in columns of connections and drafts. What follows holds columns and rows together as long as it may run: while
-- replicas are replaced one after the other, and after one step back. It goes, with the columns, in the release after the next.
--
-- Both releases lock the row of the connection or draft before that of the lock, so neither waits for the other in a circle, and what one of them judges
-- by is what the other wrote.
CREATE FUNCTION "lease_written_by_last_release"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- What the other trigger writes is there already.
  IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  IF NEW."lease_by" IS NULL THEN
    DELETE FROM "locks" WHERE "key" = TG_ARGV[0] || ':' || NEW."id";
  ELSE
    INSERT INTO "locks" ("key", "holder", "expires_at")
      VALUES (TG_ARGV[0] || ':' || NEW."id", NEW."lease_by", coalesce(NEW."lease_until", now()))
      ON CONFLICT ("key") DO UPDATE SET "holder" = EXCLUDED."holder", "expires_at" = EXCLUDED."expires_at";
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION "lock_for_last_release"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  subject TEXT := coalesce(NEW."key", OLD."key");
  held_by TEXT := NEW."holder";
  held_until TIMESTAMPTZ(3) := NEW."expires_at";
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
  IF split_part(subject, ':', 1) = 'connection' THEN
    UPDATE "connections" SET "lease_by" = held_by, "lease_until" = held_until WHERE "id" = split_part(subject, ':', 2)::uuid;
  ELSE
    UPDATE "drafts" SET "lease_by" = held_by, "lease_until" = held_until WHERE "id" = split_part(subject, ':', 2)::uuid;
  END IF;
  RETURN NULL;
END $$;

LOCK TABLE "connections", "drafts" IN SHARE ROW EXCLUSIVE MODE;

CREATE TRIGGER "lease_written_by_last_release" AFTER INSERT OR UPDATE OF "lease_by", "lease_until" ON "connections"
  FOR EACH ROW EXECUTE FUNCTION "lease_written_by_last_release"('connection');
CREATE TRIGGER "lease_written_by_last_release" AFTER INSERT OR UPDATE OF "lease_by", "lease_until" ON "drafts"
  FOR EACH ROW EXECUTE FUNCTION "lease_written_by_last_release"('draft');
CREATE TRIGGER "lock_for_last_release" AFTER INSERT OR UPDATE OR DELETE ON "locks"
  FOR EACH ROW EXECUTE FUNCTION "lock_for_last_release"();

-- What is held at this moment. The triggers of connections and drafts turn their columns into rows.
UPDATE "connections" SET "lease_by" = "lease_by" WHERE "lease_by" IS NOT NULL;
UPDATE "drafts" SET "lease_by" = "lease_by" WHERE "lease_by" IS NOT NULL;
