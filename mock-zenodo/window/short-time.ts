/** A time of the mock to the second, for people: `2026-01-02 03:04:05`. */
export function shortTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
