import { SeededNumbers } from './seeded-numbers.js';

/** Where uuids and container ids come from. */
export interface IdSource {
  uuid(): string;
  hex(length: number): string;
}

/** The same ids for the same seed, so that a run can be repeated exactly. */
export class SeededIds implements IdSource {
  private readonly numbers: SeededNumbers;

  constructor(seed = 1) {
    this.numbers = new SeededNumbers(seed);
  }

  uuid(): string {
    const digits = this.hex(32);
    const variant = ((parseInt(digits.charAt(16), 16) & 3) | 8).toString(16);
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      variant + digits.slice(17, 20),
      digits.slice(20),
    ].join('-');
  }

  hex(length: number): string {
    let digits = '';
    while (digits.length < length) digits += this.numbers.next().toString(16).padStart(8, '0');
    return digits.slice(0, length);
  }
}
