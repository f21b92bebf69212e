-- Whether a process sends webhooks; null for one of the release before.
ALTER TABLE "replicas" ADD COLUMN "sends_webhooks" BOOLEAN;
