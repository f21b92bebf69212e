import type { Line } from '../row.js';
import { median } from '../statistics.js';
import type { Look } from './truth.js';

/** The result. Memory in MiB. */
export interface Arrived {
  files: number;
  /** Bytes of the files. */
  total: number;
  seconds: number;
  /** Bytes that the browser sent. */
  sent: number;
  /** Chunks that broke off or were refused. */
  refused: number;
  /**
   * For each browser, the number of chunks, and the number of those that did not begin at the first
   * byte.
   */
  chunks: { all: number; resumed: number }[];
  wrong: string[];
  looks: Look[];
  peak: { most: number; idle: number };
}

const MIB = 1024 ** 2;

/**
 * Bytes that may be in transit when the connection breaks: six times three files, with the contents
 * of two sockets and a proxy.
 */
const ON_THE_WAY = 6 * 3 * 8;

/** The results, each with its target. */
export function linesOf({
  files,
  total,
  seconds,
  sent,
  refused,
  chunks,
  wrong,
  looks,
  peak,
}: Arrived): Line[] {
  const rise = (of: (look: Look) => number) => {
    const third = Math.floor(looks.length / 3);
    return median(looks.slice(-third).map(of)) - median(looks.slice(0, third).map(of));
  };
  const most = (of: (look: Look) => number) => Math.max(...looks.map(of));
  const figure = (value: number, atMost?: number) => ({
    value,
    digits: 0,
    ...(atMost === undefined ? {} : { target: { atMost } }),
  });
  const memory = (what: string, of: (look: Look) => number, rising: number): Line => ({
    what,
    figures: { MiB: figure(most(of)), 'rise, MiB': figure(rise(of), rising) },
  });
  return [
    { what: `${files} files, MiB`, figures: { MiB: figure(total / MIB) } },
    {
      what: 'sent again: was on its way when something broke',
      figures: { MiB: figure(sent / MIB - total / MIB, ON_THE_WAY) },
    },
    memory('heap of the page', ({ browser }) => browser.heap, 16),
    memory('its process', ({ browser }) => browser.renderer, 64),
    memory('all processes of the browser', ({ browser }) => browser.all, 128),
    memory('service, both replicas', ({ service }) => Math.max(...service), 48),
    { what: 'service, most above idle', figures: { MiB: figure(peak.most - peak.idle, 160) } },
    { what: 'seconds', figures: { number: figure(seconds) } },
    { what: 'chunks begun', figures: { number: figure(chunks.reduce((sum, { all }) => sum + all, 0)) } },
    {
      what: 'of them behind the first byte',
      figures: { number: figure(chunks.reduce((sum, { resumed }) => sum + resumed, 0)) },
    },
    { what: 'broken off or refused', figures: { number: figure(refused) } },
    { what: 'untrue or wrong', figures: { number: figure(wrong.length, 0) } },
  ];
}
