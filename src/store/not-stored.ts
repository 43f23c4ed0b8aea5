/** What is thrown where an upgrade that must be in the store is not: a bug. */
export function notStored(upgradeId: string): Error {
  return new Error(`upgrade ${upgradeId} is not in the store`);
}
