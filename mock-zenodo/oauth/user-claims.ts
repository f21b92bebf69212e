import type { User } from '../store/model.js';

/**
 * The `user` object of token responses. The id is a string, and the address is only present with
 * the scope `user:email`.
 */
export function userClaims(user: User, scopes: string[]): Record<string, string | boolean> {
  if (!scopes.includes('user:email')) return { id: String(user.id) };
  return { id: String(user.id), email: user.email, email_verified: user.emailVerified };
}

/** The same as Python prints a dict, which is how it appears in the fragment of implicit tokens. */
export function userRepr(user: User, scopes: string[]): string {
  const items = Object.entries(userClaims(user, scopes)).map(
    ([name, value]) => `'${name}': ${pythonLiteral(value)}`,
  );
  return `{${items.join(', ')}}`;
}

function pythonLiteral(value: string | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return `'${value.replace(/['\\]/g, '\\$&')}'`;
}
