import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { md5 } from './parcel.js';

/** What is at the mock, bypassing the service and the faults. */
export function createAuditor(mockUrl: string) {
  const get = (path: string, token: string) =>
    fetch(`${mockUrl}/api/records/${path}`, { headers: { authorization: `Bearer ${token}` } });

  return {
    /** md5 by name. */
    async files(id: number, token: string): Promise<Map<string, string>> {
      const answer = await get(`${id}/draft/files`, token);
      if (!answer.ok) throw new Error(`the mock answers ${answer.status} about the files of ${id}`);
      const { entries } = (await answer.json()) as { entries: { key: string; checksum: string }[] };
      return new Map(entries.map(({ key, checksum }) => [key, checksum.replace('md5:', '')]));
    },
    /** The md5 of each file in a zip, by its name there. */
    async members(id: number, name: string, token: string): Promise<Map<string, string>> {
      const answer = await get(`${id}/draft/files/${name}/content`, token);
      if (!answer.ok) throw new Error(`the mock answers ${answer.status} about ${name} of ${id}`);
      const zip = await fromBufferPromise(Buffer.from(await answer.arrayBuffer()));
      const members = new Map<string, string>();
      for await (const entry of zip.eachEntry())
        members.set(entry.fileName, md5(await buffer(await zip.openReadStreamPromise(entry))));
      return members;
    },
    isPublished: async (id: number, token: string) => (await get(String(id), token)).ok,
    isDraft: async (id: number, token: string) => (await get(`${id}/draft`, token)).ok,
  };
}

export type Auditor = ReturnType<typeof createAuditor>;
