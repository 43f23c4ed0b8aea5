import { REASON_CODES } from '../../domain/reasons.js';
import { answer, listOf, meanings, oneOf, orNull, ref, text, type Schema } from '../json-schema.js';
import { REASON_WORDS } from './words.js';

/** What other schemas are made of. */
export const COMMON_SCHEMAS: Readonly<Record<string, Schema>> = {
  Named: {
    ...answer({ id: text("Rancher's id"), name: text('Its name, for people') }),
    description: 'An environment (`1a5`), a stack (`1st3`) or a service (`1s7`) of Rancher.',
  },
  Reason: {
    ...answer({
      code: oneOf(REASON_CODES, meanings('For programs. Codes are added, never changed.', REASON_WORDS)),
      message: text('For people'),
    }),
    description: 'Why something was not done, or ended differently than asked.',
  },
  Caller: {
    ...answer({
      name: { ...orNull(text('As passed on by the gateway; null if it is not')) },
      address: text("Where the connection came from: usually the gateway's address"),
    }),
    description: 'Who asked.',
  },
};

/** Where something is. */
export const PLACE: Readonly<Record<string, Schema>> = {
  environment: ref('Named'),
  stack: ref('Named'),
  service: ref('Named'),
};

/** The same, or null where it is about something else. */
export function placeOrNull(description: string): Readonly<Record<string, Schema>> {
  const named = orNull(ref('Named'), description);
  return { environment: named, stack: named, service: named };
}

const NEXT: Schema = orNull(text('To be sent as `after` for the next page; null on the last'));

/** A page of a list. */
export function pageOf(item: Schema): Schema {
  return answer({ data: listOf(item), next: NEXT });
}
