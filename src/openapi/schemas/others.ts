import { AUDIT_ACTIONS } from '../../domain/audit.js';
import {
  answer,
  flag,
  listOf,
  moment,
  oneOf,
  orNull,
  ref,
  text,
  wholeNumber,
  type Schema,
} from '../json-schema.js';
import { REFUSAL_SCHEMA } from '../refusals.js';
import { PLACE, placeOrNull } from './common.js';

/** Everything else that is answered. */
export const OTHER_SCHEMAS: Readonly<Record<string, Schema>> = {
  Hold: {
    ...answer({
      ...PLACE,
      image: text('The image that was rolled back, as the service spelled it'),
      since: moment('Since when'),
      upgrade: text('The upgrade that was rolled back'),
    }),
    description: 'A version that is not offered to a service again.',
  },
  AuditEntry: {
    ...answer({
      id: wholeNumber('Grows with every entry'),
      at: moment('When'),
      action: oneOf(AUDIT_ACTIONS, 'What was asked for'),
      caller: orNull(ref('Caller')),
      request_id: text('The request'),
      upgrade: text('The id of the upgrade; for a hold, of the one that was rolled back'),
      image: text('Its image'),
      rollout: orNull(text('The rollout; null if the whole upgrade was meant, and for a hold')),
      ...placeOrNull('Null if the whole upgrade was meant'),
    }),
    description: 'What somebody asked for.',
  },
  ChannelTest: {
    ...answer({
      name: text('The name of the channel'),
      kind: text('`slack`, `teams` or `webhook`'),
      ok: flag('Whether it accepted the sample'),
      message: text('What it answered'),
    }),
    description: 'The result of a sample.',
  },
  Readiness: {
    ...answer({
      status: oneOf(['ready', 'not_ready'], 'Whether all checks passed'),
      checks: listOf(
        answer({
          name: oneOf(['rancher', 'key', 'environments', 'store'], 'What was checked'),
          ok: flag('Whether it works'),
          message: text('What was found, for people'),
        }),
      ),
      warnings: listOf(
        answer({ name: oneOf(['events', 'notices'], 'What it is about'), message: text('For people') }),
        'What is wrong although the service works',
      ),
    }),
    description: 'Whether the service can work.',
  },
  Version: {
    ...answer(
      {
        version: text('Of the service'),
        node: text('Of Node.js'),
        commit: text('The commit that it was built from; missing if the build did not name it'),
      },
      ['commit'],
    ),
    description: 'What runs here.',
  },
  Refusal: REFUSAL_SCHEMA,
};
