-- The table of our access tokens gets their name.
ALTER TABLE "handles" RENAME TO "access_tokens";
ALTER INDEX "handles_pkey" RENAME TO "access_tokens_pkey";
ALTER INDEX "handles_connection_id_idx" RENAME TO "access_tokens_connection_id_idx";
ALTER INDEX "handles_expires_at_idx" RENAME TO "access_tokens_expires_at_idx";
ALTER TABLE "access_tokens" RENAME CONSTRAINT "handles_connection_id_fkey" TO "access_tokens_connection_id_fkey";

-- The release before reads and writes it by its old name: while replicas are replaced one after the
-- other, and after one step back. The view goes in the release after the next.
CREATE VIEW "handles" AS SELECT * FROM "access_tokens";
