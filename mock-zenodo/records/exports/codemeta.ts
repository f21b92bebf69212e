import { type Fields, isObject } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { objectAt, present, textAt } from './reading.js';
import { schemaOrgFields } from './schemaorg.js';

/**
 * A record as CodeMeta: schema.org with another context and data about the code
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/serializers/codemeta.py`,
 * `inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/codemeta/schema.py`
 * and `contrib/codemeta/processors.py`). How it shows an embargo is not known, because upstream
 * parses an object as a date. Languages and states without a title are shown by their ids.
 */
export function codemeta(record: Fields): Fields {
  const fields = schemaOrgFields(record);
  return present({
    ...fields,
    '@context': 'https://doi.org/10.5063/schema/codemeta-2.0',
    identifier: fields['@id'],
    funding: firstGrant(objectAt(record, 'metadata')),
    ...code(objectAt(record, 'custom_fields')),
  });
}

/** The address of the first award that has one, or else its title and number. */
function firstGrant(metadata: Fields): string | undefined {
  return objectsAt(metadata, 'funding')
    .map((one) => {
      const award = objectAt(one, 'award');
      const [title, number] = [textAt(award, 'title', 'en'), textAt(award, 'number')];
      const address = objectsAt(award, 'identifiers').find(({ scheme }) => scheme === 'url');
      const named = title !== undefined && number !== undefined ? `${title} (${number})` : undefined;
      return (address && textAt(address, 'identifier')) ?? named;
    })
    .find((grant) => grant !== undefined);
}

function code(custom: Fields): Fields {
  const named = (one: Fields) => textAt(one, 'title', 'en') ?? textAt(one, 'id');
  const languages = objectsAt(custom, 'code:programmingLanguage').map(named);
  const status = custom['code:developmentStatus'];
  return {
    codeRepository: textAt(custom, 'code:codeRepository'),
    runtimePlatform: custom['code:runtimePlatform'],
    programmingLanguage: languages.length > 0 ? languages.join(' ') : undefined,
    operatingSystem: custom['code:operatingSystem'],
    developmentStatus: isObject(status) ? named(status) : undefined,
  };
}
