import type { ErrorCode } from '../common/errors.js';
import { STATUS } from '../http/statuses.js';
import type { Answer, Answers, Examples, Header, Reference } from './answers.js';
import { listOf, ref, text, type Schema } from './json-schema.js';

/** Nobody is ever answered with these: they are dealt with in here, and are in the log. */
type Inner = 'rancher.conflict' | 'rancher.refused' | 'rancher.uncertain' | 'notify.failed';

/** What a request can be answered with when it fails; `internal.error` is what nobody foresaw. */
export type RefusalCode = Exclude<ErrorCode, Inner> | 'internal.error';

interface Refusal {
  readonly means: string;
  /** A message that the service has really answered with. */
  readonly message: string;
}

const REFUSALS: Readonly<Record<RefusalCode, Refusal>> = {
  'request.invalid': {
    means: 'something in the request is wrong; `fields` lists the wrong fields, if any',
    message: 'timeout must be a whole number from 1 to 86400',
  },
  'request.unidentified': {
    means: 'the caller has no name that is believed, and `AUTOUPDATE_REQUIRE_IDENTITY` requires one',
    message: 'Nobody has said who asks: come through the gateway',
  },
  'request.cross_site': {
    means: 'sent by a web page of another site',
    message: 'Web pages of other sites may not send this',
  },
  'request.not_found': {
    means: 'there is no such upgrade, rollout, or version that is held back',
    message: 'there is no upgrade "nope"',
  },
  'request.method_not_allowed': {
    means: 'the path has other methods, which `Allow` lists',
    message: '/upgrades takes only GET, HEAD, POST',
  },
  'request.timeout': {
    means: 'the headers took longer than 10 s to arrive, or the whole request longer than 30 s',
    message: 'The request took too long to arrive',
  },
  'request.conflict': {
    means: 'it is not possible now',
    message: 'There is nothing to roll back: web is finished (possible: nothing)',
  },
  'request.too_large': {
    means: 'the body is larger than 65536 bytes',
    message: 'The body is larger than 65536 bytes',
  },
  'request.too_many': {
    means: 'too many callers are waiting or reading streams: try again after `Retry-After`',
    message: '1000 streams are open, and there may be no more: come again later',
  },
  'request.headers_too_large': {
    means: 'the headers are larger than 16 KiB',
    message: 'The headers are larger than 16 KiB',
  },
  'service.stopping': {
    means: 'the service is stopping: try again when it is back',
    message: 'The service is stopping',
  },
  'service.full': {
    means: 'too many accepted upgrades are not planned yet: try again after `Retry-After`',
    message: '10000 accepted upgrades wait to be planned, and there may be no more: come again later',
  },
  'store.unavailable': {
    means: 'the data directory cannot be used; nothing is accepted',
    message: 'the store /data/updater.db cannot be used: the disk is full (SQLITE_FULL)',
  },
  'store.conflict': {
    means: 'it changed meanwhile: try again',
    message:
      '0b0e12d4-7e1c-4c57-9c0a-5f0c3a1d2b44 has changed meanwhile, by a newer push, a decision or another step of the updater',
  },
  'rancher.unreachable': {
    means: 'Rancher does not answer',
    message: 'Rancher cannot be reached: connection refused',
  },
  'rancher.unauthorized': {
    means: 'Rancher rejects the key',
    message: 'Rancher refuses the key (401): it is wrong or no longer active, or its environment is not',
  },
  'rancher.forbidden': {
    means: 'the key may not see what is needed',
    message: 'Rancher forbids it (403): the key does not belong to the environment, or that is not active',
  },
  'rancher.error': {
    means: 'what answers is not Rancher, or its answer is unexpected',
    message: 'CATTLE_URL is redirected to https://rancher.acme.io/: set it to the final address',
  },
  'rancher.not_found': {
    means: 'Rancher does not know what it was asked about',
    message: 'Rancher answers 404 (Not Found)',
  },
  'internal.error': {
    means: 'a bug; the log says more, under the id of the request',
    message:
      'Something went wrong in here; the log says more about request 5f0c6a1e-0a61-4b1f-9d38-3f8f5f6d5c11',
  },
};

/** Foreseen for every request. */
export const ALWAYS: readonly RefusalCode[] = [
  'request.invalid',
  'request.timeout',
  'request.too_large',
  'request.headers_too_large',
  'internal.error',
];

/** Foreseen, besides, for what changes something. */
export const CHANGING: readonly RefusalCode[] = ['request.cross_site', 'service.stopping'];

/** What looking at Rancher can come to. */
export const LOOKING: readonly RefusalCode[] = [
  'rancher.unreachable',
  'rancher.unauthorized',
  'rancher.forbidden',
  'rancher.error',
  'rancher.not_found',
];

function statusOf(code: RefusalCode): number {
  return code === 'internal.error' ? 500 : STATUS[code];
}

/** The answers with these codes, by their statuses. */
export function refusalAnswers(codes: readonly RefusalCode[]): Answers {
  const statuses = [...new Set(codes.map(statusOf))].toSorted((one, other) => one - other);
  return Object.fromEntries(
    statuses.map((status) => [status, refusalAnswer(codes.filter((code) => statusOf(code) === status))]),
  );
}

/** One answer, with any of these codes. */
export function refusalAnswer(codes: readonly RefusalCode[]): Answer {
  const headers = codes.some(comesAgain) ? { 'Retry-After': RETRY_AFTER } : {};
  const allow = codes.includes('request.method_not_allowed') ? { Allow: ALLOW } : {};
  const challenge = codes.includes('request.unidentified') ? { 'WWW-Authenticate': CHALLENGE } : {};
  return {
    description: codes.map((code) => `\`${code}\`: ${REFUSALS[code].means}`).join('.\n\n'),
    headers: { ...headers, ...allow, ...challenge },
    content: { 'application/json': { schema: refusalSchema(codes), examples: examplesOf(codes) } },
  };
}

function comesAgain(code: RefusalCode): boolean {
  return code === 'request.too_many' || code === 'service.full' || code === 'rancher.unreachable';
}

const RETRY_AFTER: Header = {
  description: 'How many seconds to wait at least',
  schema: { type: 'integer', minimum: 0 },
};
const ALLOW: Header = {
  description: 'The methods that the path has',
  required: true,
  schema: { type: 'string' },
};
const CHALLENGE: Header = {
  description: 'Signing in is up to the gateway',
  required: true,
  schema: { const: 'Gateway', type: 'string' },
};

function refusalSchema(codes: readonly RefusalCode[]): Schema {
  const narrowed = { properties: { code: { enum: codes } } };
  return { allOf: [ref('Refusal'), narrowed] };
}

function examplesOf(codes: readonly RefusalCode[]): Readonly<Record<string, Reference>> {
  return Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
}

/** An example of every refusal, by its code. */
export const REFUSAL_EXAMPLES: Examples = Object.fromEntries(
  (Object.keys(REFUSALS) as RefusalCode[]).map((code) => [code, { value: exampleOf(code) }]),
);

function exampleOf(code: RefusalCode) {
  const { message } = REFUSALS[code];
  const fields = [{ field: 'timeout', message: message.replace('timeout ', '') }];
  return { code, message, ...(code === 'request.invalid' && { fields }) };
}

/** How every request that fails is answered. */
export const REFUSAL_SCHEMA: Schema = {
  type: 'object',
  description: 'Why a request failed. The log says the same.',
  required: ['code', 'message'],
  properties: {
    code: {
      type: 'string',
      enum: Object.keys(REFUSALS),
      description: 'For programs. Codes are added, never changed.',
    },
    message: text('For people'),
    fields: listOf(
      {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: text('Its name'), message: text('What is wrong with it') },
      },
      'The wrong fields, at most 20',
    ),
  },
};
