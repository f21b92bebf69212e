/** The personal tokens of the mock. Each belongs to another user. */
export const TOKEN = 'mock-token';

const UPLOADS = { method: 'PUT', path: '/api/files/:bucket/:key' };

/** A draft at the mock. */
export interface Draft {
  id: number;
  bucket: string;
}

/** The mock as rows use it, over HTTP. */
export interface Mock {
  url: string;
  newDraft(): Promise<Draft>;
  /** md5 and size of its files, by name. */
  stored(draft: Draft): Promise<Map<string, { md5: string; size: number }>>;
  removeDraft(draft: Draft): Promise<void>;
  /**
   * From now on, it accepts this number of bytes per second for all uploads together. Null removes
   * the limit.
   */
  throttle(rate: number | null): Promise<void>;
  /** Calls its control API and returns the response. */
  control<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
}

export function mockAt(url: string): Mock {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the mock answers ${answer.status} to ${method} ${path}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const control = <T>(method: string, path: string, body?: unknown) => call<T>(method, `/_mock${path}`, body);
  const drafts = '/api/deposit/depositions';
  return {
    url,
    control,
    async newDraft() {
      const { id, links } = await call<{ id: number; links: { bucket: string } }>('POST', drafts, {});
      return { id, bucket: links.bucket };
    },
    async stored({ id }) {
      type Listed = { filename: string; checksum: string; filesize: number };
      const files = await call<Listed[]>('GET', `${drafts}/${id}/files`);
      return new Map(files.map((file) => [file.filename, { md5: file.checksum, size: file.filesize }]));
    },
    removeDraft: ({ id }) => call('DELETE', `${drafts}/${id}`),
    async throttle(rate) {
      await control('DELETE', '/faults');
      if (rate !== null)
        await control('POST', '/faults', { ...UPLOADS, throttleRequest: rate, shared: true });
    },
  };
}
