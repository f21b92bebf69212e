import { communitiesOf } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import { textsAt, typeProps } from '../search/search-document.js';
import type { Deposition, RecordState } from '../store/model.js';

/**
 * Whether a published record passes the filters `communities`, `type` and `subtype`. These are from
 * before 2023, and only the public search has them. Communities that do not exist filter nothing,
 * and neither does a subtype without a type
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/params.py`).
 */
export function oldFilter(
  mock: MockContext,
  query: unknown,
): (deposition: Deposition, record: RecordState) => boolean {
  const parameters = query as Record<string, string | string[] | undefined>;
  const all = (name: string) => [parameters[name] ?? []].flat();
  const wanted = all('communities').flatMap((name) => {
    const found = [...mock.store.communities.values()].find(
      ({ id, slug, deleted }) => !deleted && (slug === name || id === name.toLowerCase()),
    );
    return found ?? [];
  });
  const [type = ''] = all('type');
  const [subtype = ''] = all('subtype');
  return (deposition, record) => {
    if (wanted.length > 0 && !communitiesOf(mock, deposition).some((one) => wanted.includes(one)))
      return false;
    if (type === '') return true;
    const props = typeProps(textsAt(record.metadata, 'resource_type.id')[0] ?? '');
    return props.type === type && (subtype === '' || props.subtype === `${type}-${subtype}`);
  };
}
