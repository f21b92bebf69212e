/** What lies at the mock, seen past the service and past the bad weather. */
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
    isPublished: async (id: number, token: string) => (await get(String(id), token)).ok,
    isDraft: async (id: number, token: string) => (await get(`${id}/draft`, token)).ok,
  };
}

export type Auditor = ReturnType<typeof createAuditor>;
