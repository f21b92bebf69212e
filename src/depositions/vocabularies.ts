import type { Caller } from '../connections/caller.js';
import type { FieldFault } from '../errors.js';
import { languageName } from '../rdmc/languages.js';
import { NOT_OPEN } from '../rdmc/licenses.js';
import { type Mapping, originOf } from '../rdmc/mapping.js';
import { isInVocabulary } from '../zenodo/vocabularies.js';
import { ask, type DraftsContext, type Limits } from './context.js';

/**
 * What a description names and Zenodo's vocabularies do not have. A language or type is refused at the save; a licence that is not in the vocabulary ends in the
 * notes and as `other-closed`, unless it is one of the ids of old.
 */
export async function unknownToZenodo(
  context: DraftsContext,
  caller: Caller,
  mapping: Mapping,
  limits: Limits,
): Promise<{ problems: FieldFault[]; warnings: string[] }> {
  const misses = async (vocabulary: Parameters<typeof isInVocabulary>[2], id: unknown) =>
    typeof id === 'string' &&
    id !== '' &&
    !(await ask(context, caller, limits, (token, call) =>
      isInVocabulary(context.zenodo, token, vocabulary, id, call),
    ).catch(() => true));
  const { set } = mapping;
  const problems: FieldFault[] = [];
  const { language, license, upload_type: type } = set;
  const unheard =
    typeof language === 'string' && language.length === 2
      ? languageName(language) === null
      : await misses('languages', language);
  if (unheard)
    problems.push({ field: originOf(mapping, 'language'), message: `Zenodo has no language ${language}` });
  const part = `${String(type)}_type`;
  const subtype = set[part] === 'thesis' ? 'dissertation' : set[part];
  if (typeof subtype === 'string' && (await misses('resourcetypes', `${String(type)}-${subtype}`))) {
    problems.push({
      field: originOf(mapping, part),
      message: `Zenodo has no ${String(type)} of the type ${subtype}`,
    });
  }
  const warnings = (await misses('licenses', license))
    ? [
        `${originOf(mapping, 'license')}: Zenodo’s vocabulary has no ${String(license)}. If it is none of Zenodo’s ids of old either, ${
          originOf(mapping, 'license') === 'metadata.license'
            ? 'the save will be refused'
            : `${NOT_OPEN} is sent instead and the name put into the notes`
        }.`,
      ]
    : [];
  return { problems, warnings };
}
