/** What a clock in another process needs to continue from here. */
interface ClockPosition {
  /** Current time in milliseconds since the epoch. */
  now: number;
  /** Milliseconds ahead of real time. Null for a clock that only moves when told to. */
  ahead: number | null;
}

/** The mock's own time. Everything that expires or has a date follows it, so tests never sleep. */
export interface Clock {
  /** Current time in milliseconds since the epoch. */
  now(): number;
  /** Current time as Zenodo writes it: UTC, microseconds, `+00:00`. Never the same twice. */
  timestamp(): string;
  /**
   * Sets the clock to an absolute time (milliseconds since the epoch), from which it continues to
   * run.
   */
  set(now: number): void;
  /** Moves the clock by a number of seconds, forwards or backwards. */
  advance(seconds: number): void;
  position(): ClockPosition;
  /**
   * Continues from a saved clock, also from one of the other kind. Without an argument, the clock
   * is reset.
   */
  restore(position?: ClockPosition): void;
}

/**
 * Creates a running clock. With `frozenAt` (milliseconds since the epoch) it only moves when told
 * to.
 */
export function createClock(frozenAt?: number): Clock {
  let offset = 0;
  let frozen = frozenAt;
  let lastMicros = 0;
  const now = () => frozen ?? Date.now() + offset;
  return {
    now,
    timestamp() {
      lastMicros = Math.max(lastMicros + 1, now() * 1000);
      const date = new Date(Math.floor(lastMicros / 1000));
      const micros = String(lastMicros % 1000).padStart(3, '0');
      return `${date.toISOString().slice(0, -1)}${micros}+00:00`;
    },
    set(value) {
      if (frozen === undefined) offset = value - Date.now();
      else frozen = value;
      lastMicros = 0;
    },
    advance(seconds) {
      const milliseconds = Math.round(seconds * 1000);
      if (frozen === undefined) offset += milliseconds;
      else frozen += milliseconds;
      lastMicros = 0;
    },
    position: () => ({ now: now(), ahead: frozen === undefined ? offset : null }),
    restore(position) {
      if (position === undefined) [offset, frozen] = [0, frozenAt];
      else if (frozen === undefined) offset = position.ahead ?? position.now - Date.now();
      else frozen = position.now;
      lastMicros = 0;
    },
  };
}
