import { doiRules } from './metadata-dois.js';
import { licenceRules } from './metadata-licences.js';
import { listRules } from './metadata-lists.js';
import { peopleRules } from './metadata-people.js';
import { publishRules } from './metadata-publish.js';
import { metadataShapeRules } from './metadata-shape.js';
import { textRules } from './metadata-texts.js';
import { vocabularyRules } from './metadata-vocabularies.js';
import type { Rule } from './rule.js';

/** How Zenodo handles legacy metadata. */
export const metadataRules: Rule[] = [
  ...textRules,
  ...listRules,
  ...peopleRules,
  ...vocabularyRules,
  ...licenceRules,
  ...metadataShapeRules,
  ...publishRules,
  ...doiRules,
];
