import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import t from 'tap';
import { type Problem, problem } from '../src/errors.js';
import type { UploadsContext } from '../src/uploads/context.js';
import { completeIntake } from '../src/uploads/intake/complete-intake.js';
import { formFault } from '../src/uploads/intake/form-faults.js';
import { countParts } from '../src/uploads/intake/multipart-guard.js';
import { FORM_LIMITS } from '../src/uploads/intake/receive-form.js';
import { LeaseLost } from '../src/uploads/rows/lease-lost.js';
import type { UploadWorker } from '../src/uploads/worker/worker.js';

const PARTS = 3;

t.test('parts are counted wherever the chunks of the body end', async (t) => {
  const part = (letter: string) => `--xyz\r\nA: b\r\n\r\n${letter.repeat(10)}\r\n`;
  const body = Buffer.from(`${['a', '-', '\r'].map(part).join('')}--xyz--\r\n`);
  const wrong: [number, number, number][] = [];
  for (let first = 1; first < body.length; first += 1) {
    for (let second = first; second < body.length; second += 1) {
      const raw = Object.assign(new EventEmitter(), {
        headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
      });
      const seen = countParts(raw as IncomingMessage, () => null, String);
      for (const [from, to] of [
        [0, first],
        [first, second],
        [second, body.length],
      ]) {
        raw.emit('data', body.subarray(from, to));
      }
      const headers = Array.from({ length: PARTS }, (_, index) => seen.take(index + 1));
      if (seen.count() !== PARTS || headers.some((one) => one !== '\r\nA: b'))
        wrong.push([first, second, seen.count()]);
    }
  }
  t.same(wrong, []);
});

t.test('a form of more files than the parser takes is told how to send the rest', async (t) => {
  for (const code of ['FST_FILES_LIMIT', 'FST_PARTS_LIMIT']) {
    const fault = formFault(Object.assign(new Error('reach files limit'), { code }));
    t.match(fault, {
      code: 'too_many_files',
      detail: new RegExp(`${FORM_LIMITS.files} files.* another form`),
    });
  }
});

t.test('an upload that is cancelled as its last byte arrives is told as cancelled', async (t) => {
  const context = {
    uploadRepository: { received: () => Promise.reject(new LeaseLost()) },
    sentFiles: { sentBefore: () => Promise.resolve([]) },
    manifests: { seen: () => Promise.resolve([]) },
    limits: {},
  };
  const codeIf = async (check: () => void) => {
    const caller = { kind: 'connection', uploadLink: null };
    const worker = { id: 'u', caller, draft: { files: [] }, expect: () => undefined, check };
    const options = { archive: 'zip', sync: false, folders: null } as const;
    const intake = { received: [], plan: [], options, notices: [] };
    const done = completeIntake(
      context as unknown as UploadsContext,
      worker as unknown as UploadWorker,
      intake,
    );
    return done.then(
      () => 'done',
      ({ code }: Problem) => code,
    );
  };
  const cancelled = problem('upload_cancelled', 'The upload was cancelled.');
  t.equal(
    await codeIf(() => {
      throw cancelled;
    }),
    'upload_cancelled',
  );
  t.equal(await codeIf(() => undefined), 'service_unavailable', 'another process has it');
});
