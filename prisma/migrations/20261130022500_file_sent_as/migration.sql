-- The path that a file was sent as: two of one name may have come out of two folders.
ALTER TABLE "upload_files" ADD COLUMN "sent_as" TEXT;
