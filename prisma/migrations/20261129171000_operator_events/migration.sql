-- AlterEnum
ALTER TYPE "upload_event_kind" ADD VALUE 'operator' BEFORE 'done';
