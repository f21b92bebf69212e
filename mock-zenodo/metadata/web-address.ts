const ADDRESS =
  /^(?:https?|ftps?):\/\/(?:[^\s/?#@]*@)?(?:(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,6}\.?|[a-z0-9-]{2,}\.?)|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[a-f0-9:.]+\])(?::\d+)?(?:\/?|[/?]\S+)$/i;

/** The mock rejects longer addresses. Zenodo has no such limit. */
const MAX_LENGTH = 100_000;

/**
 * Whether a text is a URL of the web or of FTP whose host has a dot
 * (`marshmallow-code/marshmallow:src/marshmallow/validate.py`).
 */
export function isWebAddress(value: string): boolean {
  return value.length <= MAX_LENGTH && ADDRESS.test(value);
}
