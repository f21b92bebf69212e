/** How many calls a client may make in a time. */
export interface Limit {
  amount: number;
  unit: 'minute' | 'hour';
}

/** Counts hits in a moving window, as flask-limiter does for one client and one limit. */
export interface Window {
  limit: Limit;
  /** Times of the hits in milliseconds, oldest first. */
  hits: number[];
}

/** The windows of all clients, by client and limit. */
export type RateWindows = Map<string, Window>;
