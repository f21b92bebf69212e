/** A scope as the consent page shows it. */
interface Scope {
  id: string;
  label: string;
}

/**
 * Zenodo's scopes (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/scopes.py`,
 * `inveniosoftware/invenio-oauth2server`).
 */
const SCOPES: Scope[] = [
  { id: 'deposit:write', label: 'Allow upload (but not publishing).' },
  { id: 'deposit:actions', label: 'Allow publishing of uploads.' },
  { id: 'user:email', label: 'Allow access to email address (read-only).' },
  { id: 'tokens:generate', label: 'Allow generation of tokens.' },
];

/** The scope with that id, or undefined if Zenodo does not have it. */
export function scopeById(id: string): Scope | undefined {
  return SCOPES.find((scope) => scope.id === id);
}

/** Splits a `scope` parameter at spaces. Without the parameter, there are none. */
export function scopeList(parameter: string | null): string[] {
  return (parameter ?? '').split(/\s+/).filter((id) => id !== '');
}
