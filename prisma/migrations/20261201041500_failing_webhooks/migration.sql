-- The operator's first page counts webhooks that failed and will be retried. Those that wait behind them can be many.
CREATE INDEX "events_failing_idx" ON "events"("seq") WHERE "delivery" = 'pending' AND "last_error" IS NOT NULL;
