-- Uploads whose rows were deleted with their user while their bytes may still be on a volume.
CREATE TABLE "forgotten_uploads" (
  "id" UUID NOT NULL,
  "volume" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "forgotten_uploads_pkey" PRIMARY KEY ("id")
);
