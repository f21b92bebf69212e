/** No identifier is longer, in characters. */
const LONGEST = 2048;

/** A persistent identifier as Zenodo stores it, or null if Zenodo would recognise no scheme in it (`inveniosoftware/idutils:idutils/schemes.py`). */
export function readIdentifier(text: string): string | null {
  const value = text.trim();
  if (value.length > LONGEST) return null;
  const doi = /^(?:doi:\s*|(?:https?:\/\/)?(?:dx\.)?doi\.org\/)?(10\.\d+(?:\.\d+)*\/\S+)$/i.exec(value);
  if (doi) return doi[1] ?? null;
  const handle = /^(?:hdl:\s*|(?:https?:\/\/)?hdl\.handle\.net\/)([^/.\s]+(?:\.[^/.\s]+)*\/\S+)$/i.exec(
    value,
  );
  if (handle) return handle[1] ?? null;
  if (/^https?:\/\/[^\s/?#]+\S*$/i.test(value)) return value;
  if (/^(urn:[^/\s]|ark:\/)\S+$/i.test(value)) return value;
  // A prefix, as in 11.A11.1111/NFDIxCS/…, is a handle without its scheme.
  if (/^\d+(?:\.[^/.\s]+)+\/\S+$/.test(value)) return value;
  return /^arxiv:\d{4}\.\d{4,5}(v\d+)?$/i.test(value) ? value : null;
}

/** Two spellings of one identifier compare equal. */
export function identifierKey(text: string): string {
  return (readIdentifier(text) ?? text).toLowerCase().replace(/\/$/, '');
}
