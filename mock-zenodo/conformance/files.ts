import { bucketRules } from './files-bucket.js';
import { downloadRules } from './files-download.js';
import { formRules } from './files-forms.js';
import { keyRules } from './files-keys.js';
import { fileListRules } from './files-lists.js';
import { filePermissionRules } from './files-permissions.js';
import { uploadRules } from './files-uploads.js';
import type { Rule } from './rule.js';

/** What Zenodo does with files: buckets, forms, downloads, permissions. */
export const fileRules: Rule[] = [
  ...uploadRules,
  ...keyRules,
  ...bucketRules,
  ...filePermissionRules,
  ...downloadRules,
  ...formRules,
  ...fileListRules,
];
