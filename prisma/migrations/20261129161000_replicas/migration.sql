-- Processes of the service that live, and which encryption keys they hold.
CREATE TABLE "replicas" (
    "id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "key_ids" TEXT[],
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "replicas_pkey" PRIMARY KEY ("id")
);
