-- How long the paths of an upload by tus are together, so that they can be bounded when a file is announced.
ALTER TABLE "tus_targets" ADD COLUMN "path_bytes" INTEGER NOT NULL DEFAULT 0;
