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
      summary: 'Tells who did what, newest first',
      description:
        'A page; or all that is found as lines, an entry each, for `Accept: application/x-ndjson`. Then `limit` has no default, and 429 is possible. Entries are kept for 365 days.',
      parameters: [
        query('since', text('From this time on; a day begins in UTC. It must be a real one', TIME)),
        query('until', text('Before this time. It must be a real one', TIME)),
        query(
          'caller',
          text('A name, or an address where there is no name', { minLength: 1, maxLength: 200 }),
        ),
        query('action', oneOf(AUDIT_ACTIONS, 'What was asked for')),
        query('upgrade', text('The id of an upgrade', { minLength: 1, maxLength: 128 })),
        query(
          'environment',
          text('The id of an environment: what was about it, or about an upgrade that had rollouts there', {
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
          description: 'What is found',
          headers: { Vary: { description: '`accept`', schema: { type: 'string' } } },
          content: {
            'application/json': { schema: pageOf(ref('AuditEntry')), example: AUDIT },
            'application/x-ndjson': {
              schema: text('An `AuditEntry` in each line'),
              example: AUDIT_LINES,
            },
          },
        },
      },
      refusals: ['request.too_many', 'store.unavailable'],
    }),
  },
};
