-- What an upload warns of, with codes: people are told in words of their own. `warnings` stays for the release before.
ALTER TABLE "uploads" ADD COLUMN "notices" JSONB NOT NULL DEFAULT '[]';
