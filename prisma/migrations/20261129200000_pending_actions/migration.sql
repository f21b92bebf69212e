-- CreateEnum
CREATE TYPE "pending_action_kind" AS ENUM ('restrict_access', 'publish', 'ask_communities', 'delete');

-- CreateTable
CREATE TABLE "pending_actions" (
    "draft_id" UUID NOT NULL,
    "kind" "pending_action_kind" NOT NULL,
    "subjects" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "key" TEXT,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pending_actions_pkey" PRIMARY KEY ("draft_id","kind")
);

-- CreateIndex
CREATE INDEX "pending_actions_next_at_idx" ON "pending_actions"("next_at");

-- AddForeignKey
ALTER TABLE "pending_actions" ADD CONSTRAINT "pending_actions_draft_id_fkey" FOREIGN KEY ("draft_id") REFERENCES "drafts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The release before keeps the same in columns of drafts. Both triggers hold columns and rows together as long as it may run: while replicas are
-- replaced one after the other, and after one step back. They go, with the columns, in the release after the next.
CREATE FUNCTION "draft_columns_to_pending_actions"(draft "drafts") RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  communities TEXT[];
BEGIN
  IF cardinality(draft."closing_owed") > 0 THEN
    INSERT INTO "pending_actions" ("draft_id", "kind", "subjects") VALUES (draft."id", 'restrict_access', draft."closing_owed")
      ON CONFLICT ("draft_id", "kind") DO UPDATE SET "subjects" = EXCLUDED."subjects";
  ELSE
    DELETE FROM "pending_actions" WHERE "draft_id" = draft."id" AND "kind" = 'restrict_access';
  END IF;

  IF draft."publish_asked_at" IS NOT NULL THEN
    INSERT INTO "pending_actions" ("draft_id", "kind", "key", "asked_at", "next_at")
      VALUES (draft."id", 'publish', draft."publish_asked_key", draft."publish_asked_at", draft."publish_asked_at" + interval '10 minutes')
      ON CONFLICT ("draft_id", "kind") DO UPDATE SET "key" = EXCLUDED."key", "asked_at" = EXCLUDED."asked_at";
  ELSE
    DELETE FROM "pending_actions" WHERE "draft_id" = draft."id" AND "kind" = 'publish';
  END IF;

  IF jsonb_typeof(draft."communities_owed") = 'array' THEN
    SELECT array_agg(slug) INTO communities FROM jsonb_array_elements_text(draft."communities_owed") AS slug;
  END IF;
  IF communities IS NOT NULL THEN
    INSERT INTO "pending_actions" ("draft_id", "kind", "subjects", "next_at")
      VALUES (draft."id", 'ask_communities', communities, now() + interval '10 minutes')
      ON CONFLICT ("draft_id", "kind") DO UPDATE SET "subjects" = EXCLUDED."subjects";
  ELSE
    DELETE FROM "pending_actions" WHERE "draft_id" = draft."id" AND "kind" = 'ask_communities';
  END IF;

  IF draft."deletion_asked_at" IS NOT NULL AND draft."deleted_at" IS NULL THEN
    INSERT INTO "pending_actions" ("draft_id", "kind", "asked_at", "next_at")
      VALUES (draft."id", 'delete', draft."deletion_asked_at", draft."deletion_asked_at" + interval '10 minutes')
      ON CONFLICT ("draft_id", "kind") DO UPDATE SET "asked_at" = EXCLUDED."asked_at";
  ELSE
    DELETE FROM "pending_actions" WHERE "draft_id" = draft."id" AND "kind" = 'delete';
  END IF;
END $$;

CREATE FUNCTION "drafts_written_by_last_release"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- What the other trigger writes is there already.
  IF pg_trigger_depth() = 1 THEN PERFORM "draft_columns_to_pending_actions"(NEW); END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "drafts_written_by_last_release"
  AFTER INSERT OR UPDATE OF "closing_owed", "communities_owed", "publish_asked_at", "publish_asked_key", "deletion_asked_at", "deleted_at"
  ON "drafts" FOR EACH ROW EXECUTE FUNCTION "drafts_written_by_last_release"();

CREATE FUNCTION "pending_actions_for_last_release"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() = 1 THEN
    UPDATE "drafts" SET
      "closing_owed" = coalesce((SELECT "subjects" FROM "pending_actions" WHERE "draft_id" = "drafts"."id" AND "kind" = 'restrict_access'), '{}'),
      "publish_asked_at" = (SELECT "asked_at" FROM "pending_actions" WHERE "draft_id" = "drafts"."id" AND "kind" = 'publish'),
      "publish_asked_key" = (SELECT "key" FROM "pending_actions" WHERE "draft_id" = "drafts"."id" AND "kind" = 'publish'),
      "communities_owed" = (SELECT to_jsonb("subjects") FROM "pending_actions" WHERE "draft_id" = "drafts"."id" AND "kind" = 'ask_communities'),
      -- That release takes a deposition for deleted here by this column.
      "deletion_asked_at" = CASE WHEN "deleted_at" IS NOT NULL THEN "deletion_asked_at" ELSE
        (SELECT "asked_at" FROM "pending_actions" WHERE "draft_id" = "drafts"."id" AND "kind" = 'delete') END
      WHERE "id" = CASE WHEN TG_OP = 'DELETE' THEN OLD."draft_id" ELSE NEW."draft_id" END;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "pending_actions_for_last_release" AFTER INSERT OR DELETE OR UPDATE OF "subjects", "key", "asked_at"
  ON "pending_actions" FOR EACH ROW EXECUTE FUNCTION "pending_actions_for_last_release"();

-- What is there today. The trigger of drafts turns its columns into rows.
UPDATE "drafts" SET "closing_owed" = "closing_owed"
  WHERE cardinality("closing_owed") > 0 OR "communities_owed" IS NOT NULL OR "publish_asked_at" IS NOT NULL
    OR ("deletion_asked_at" IS NOT NULL AND "deleted_at" IS NULL);
