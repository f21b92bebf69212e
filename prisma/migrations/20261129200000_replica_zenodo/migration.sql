-- What each process knows of Zenodo's limit: every one has a view of its own.
ALTER TABLE "replicas" ADD COLUMN "zenodo_limit" INTEGER,
ADD COLUMN "zenodo_refused_at" TIMESTAMPTZ(3),
ADD COLUMN "holds_back" BOOLEAN NOT NULL DEFAULT false;

-- Which machine last reached a volume: the one to look for where uploads are stranded.
ALTER TABLE "staging_volumes" ADD COLUMN "host" TEXT;
