/** As `1s7`: a 1, letters for what it is of, and a number (Cattle's `IdFormatter`); the lengths are those of its numbers. */
const ID = /^\d{1,3}[a-z]{1,10}\d{1,19}$/;

/** Whether this can be an id of Cattle's. Nothing else gets into an address that is asked with the key. */
export function isId(value: unknown): boolean {
  return typeof value === 'string' && ID.test(value);
}
