/** By which people switch something on or off, in a variable or in a label. */
export const ON_WORDS: readonly string[] = ['true', 'yes', 'on', '1'];
export const OFF_WORDS: readonly string[] = ['false', 'no', 'off', '0'];

/** Whether a text, in any case, says yes. */
export function isOn(text: string): boolean {
  return ON_WORDS.includes(text.trim().toLowerCase());
}

/** Whether a text, in any case, says no. */
export function isOff(text: string): boolean {
  return OFF_WORDS.includes(text.trim().toLowerCase());
}
