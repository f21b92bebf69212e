-- CreateTable
CREATE TABLE "refused_uploads" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "status" INTEGER NOT NULL,
    "code" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "deposition_id" BIGINT,
    "container_id" TEXT,
    "connection_id" UUID,
    "upload_id" UUID,
    "replica" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,

    CONSTRAINT "refused_uploads_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "refused_uploads_at_id_idx" ON "refused_uploads"("at", "id");

-- CreateIndex
CREATE INDEX "refused_uploads_container_id_at_id_idx" ON "refused_uploads"("container_id", "at", "id");

-- CreateIndex
CREATE INDEX "refused_uploads_deposition_id_at_id_idx" ON "refused_uploads"("deposition_id", "at", "id");

-- CreateIndex
CREATE INDEX "refused_uploads_connection_id_at_id_idx" ON "refused_uploads"("connection_id", "at", "id");

-- CreateIndex
CREATE INDEX "refused_uploads_request_id_idx" ON "refused_uploads"("request_id");

-- AddForeignKey
ALTER TABLE "refused_uploads" ADD CONSTRAINT "refused_uploads_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
