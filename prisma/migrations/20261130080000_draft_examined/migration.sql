-- When a draft that is old enough to be deleted was last looked at.
ALTER TABLE "drafts" ADD COLUMN "examined_at" TIMESTAMPTZ(3);
