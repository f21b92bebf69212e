/** Bytes hashed, over all files, before other work of this process gets its turn. */
const TURN = 256 * 1024;

const line: { bytes: number; go: () => void }[] = [];
let left = TURN;
let timed = false;

/**
 * Waits for the turn of `bytes` more, in order of arrival. Hashing runs on the event loop: without
 * this, other work would wait until the sockets of all uploads are empty, 2 MiB each.
 */
export function waitToHash(bytes: number): Promise<void> | void {
  if (!timed) setImmediate(next);
  timed = true;
  if (left > 0 && line.length === 0) {
    left -= bytes;
    return;
  }
  return new Promise((go) => line.push({ bytes, go }));
}

function next(): void {
  timed = line.length > 0;
  if (timed) setImmediate(next);
  left = TURN;
  while (left > 0) {
    const first = line.shift();
    if (first === undefined) return;
    left -= first.bytes;
    first.go();
  }
}
