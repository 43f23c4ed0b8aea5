import { AUDIT_ACTIONS } from '../../domain/audit.js';
import { AUDIT, AUDIT_LINES } from '../examples/upgrades.js';
import { oneOf, ref, text } from '../json-schema.js';
import { query, reading, type Paths } from '../operation.js';
import { PAGE } from '../parameters.js';
import { pageOf } from '../schemas/common.js';

const TIME = {
  pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d))?$',
};

/** Who did what. */
export const AUDIT_PATHS: Paths = {
  '/audit': {
    get: reading({
      id: 'readAudit',
      tag: 'Operating',
      summary: 'Lists who did what, newest first',
      description:
        'A page of entries; or, with `Accept: application/x-ndjson`, all entries found, one per line. Then `limit` has no default, and 429 is possible. Entries are kept for 365 days.',
      parameters: [
        query('since', text('From this time on; days are in UTC. It must be a real date', TIME)),
        query('until', text('Before this time. It must be a real date', TIME)),
        query(
          'caller',
          text('A name, or an address for callers without one', { minLength: 1, maxLength: 200 }),
        ),
        query('action', oneOf(AUDIT_ACTIONS, 'What was asked for')),
        query('upgrade', text('The id of an upgrade', { minLength: 1, maxLength: 128 })),
        query(
          'environment',
          text('The id of an environment: entries about it, or about an upgrade that had rollouts there', {
            pattern: '^\\d{1,18}a\\d{1,18}$',
          }),
        ),
        query(
          'service',
          text('The id of a service, with its `environment`', { pattern: '^\\d{1,18}s\\d{1,18}$' }),
        ),
        ...PAGE,
      ],
      answers: {
        200: {
          description: 'The entries found',
          headers: { Vary: { description: '`accept`', schema: { type: 'string' } } },
          content: {
            'application/json': { schema: pageOf(ref('AuditEntry')), example: AUDIT },
            'application/x-ndjson': {
              schema: text('An `AuditEntry` on each line'),
              example: AUDIT_LINES,
            },
          },
        },
      },
      refusals: ['request.too_many', 'store.unavailable'],
    }),
  },
};
