import { isUtf8 } from 'node:buffer';
import { type Static, Type } from 'typebox';

/** Number of bytes of a body that the journal keeps. */
const SAMPLE_BYTES = 8192;

export const SampleSchema = Type.Object({
  text: Type.Union([Type.String(), Type.Null()], {
    description: `The first ${SAMPLE_BYTES} bytes, secrets masked; null for bytes that are no text.`,
  }),
  truncated: Type.Boolean({ description: 'Whether more passed than the journal keeps.' }),
});

/** The beginning of a body. */
type Sample = Static<typeof SampleSchema>;

/** Collects the beginning of a body while it passes. */
export interface Sampler {
  add(chunk: Uint8Array | string): void;
  /** The collected sample. Null if nothing passed. */
  take(): Sample | null;
}

/** Creates a collector that only keeps copies of the first bytes. */
export function createSampler(): Sampler {
  const chunks: Buffer[] = [];
  let kept = 0;
  let passed = 0;
  return {
    add(chunk) {
      passed += Buffer.byteLength(chunk);
      if (kept >= SAMPLE_BYTES) return;
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      // A copy, so that the original can be freed.
      const part = Buffer.from(bytes.subarray(0, SAMPLE_BYTES - kept));
      chunks.push(part);
      kept += part.length;
    },
    take() {
      if (passed === 0) return null;
      const truncated = passed > kept;
      return { text: textIn(Buffer.concat(chunks), truncated), truncated };
    },
  };
}

/**
 * The bytes as text, or null if they are not text. A character that is cut in two at the end is
 * left out.
 */
function textIn(bytes: Buffer, truncated: boolean): string | null {
  for (const cut of truncated ? [0, 1, 2, 3] : [0]) {
    const whole = bytes.subarray(0, bytes.length - cut);
    if (!isUtf8(whole)) continue;
    const text = whole.toString('utf8');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what tells bytes from text.
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) ? null : text;
  }
  return null;
}
