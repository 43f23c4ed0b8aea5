import { text, wholeNumber, type Schema } from './json-schema.js';
import { header, inPath, query, type Parameter } from './operation.js';

/** What several routes take. */

export const UPGRADE_ID: Parameter = inPath(
  'id',
  text('The id of an upgrade'),
  'eb91dce2-12a4-4f55-9214-3ed0f7145abf',
);

export const ENVIRONMENT_ID: Parameter = inPath(
  'environment',
  text('The id of an environment, not its name', { pattern: '^\\d+a\\d+$' }),
  '1a5',
);

export const SERVICE_ID: Parameter = inPath(
  'service',
  text('The id of a service, not its name', { pattern: '^\\d+s\\d+$' }),
  '1s8',
);

const AFTER: Schema = text('The `next` of the previous page', { maxLength: 128 });

export const PAGE: readonly Parameter[] = [
  query('limit', wholeNumber('Entries per page', { minimum: 1, maximum: 100, default: 20 })),
  query('after', AFTER),
];

/** Where a reader of events goes on. */
export const EVENTS_AFTER: readonly Parameter[] = [
  query(
    'after',
    wholeNumber('Only what comes after this `id`', { minimum: 0, maximum: 999_999_999_999_999 }),
  ),
  header(
    'Last-Event-ID',
    text('The same, as browsers send it when they reconnect; takes precedence over `after`', {
      pattern: '^\\d{1,15}$',
    }),
  ),
];
