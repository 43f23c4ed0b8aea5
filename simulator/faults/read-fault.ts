import type { Fault, FaultLimit } from './faults.js';
import { Fields } from '../reading/fields.js';
import type { JsonObject } from '../json.js';

/** Reads a fault as the control route gets it. */
export function readFault(body: JsonObject): Fault {
  const fields = new Fields(body, 'fault');
  const limit = readLimit(fields);
  const image = fields.maybeText('image');
  const kind = fields.text('kind');
  switch (kind) {
    case 'latency':
      return { ...limit, kind, ms: fields.number('ms') };
    case 'unauthorized':
    case 'forbidden':
    case 'reset':
    case 'lost-reply':
      return { ...limit, kind };
    case 'conflict':
      return { ...limit, kind, stored: fields.maybeBoolean('stored') };
    case 'server-error':
      return { ...limit, kind, ...readDistress(fields) };
    case 'proxy-page':
      return { ...limit, kind, committed: fields.maybeBoolean('committed'), ...readDistress(fields) };
    case 'too-many':
      return { ...limit, kind, retryAfter: fields.maybeText('retryAfter') };
    case 'redirect':
      return { ...limit, kind, status: readRedirect(fields), location: fields.text('location') };
    case 'hang':
      return { ...limit, kind, committed: fields.maybeBoolean('committed') };
    case 'drop-header':
      return { ...limit, kind, header: fields.text('header') };
    case 'trickle':
      return {
        ...limit,
        kind,
        everyMs: fields.maybeNumber('everyMs'),
        bytes: fields.maybeNumber('bytes'),
      };
    case 'race':
      return {
        ...limit,
        kind,
        image,
        winner: fields.maybeOneOf('winner', ['ours', 'theirs']),
        variant: fields.maybeOneOf('variant', ['correct', 'upgrade-null', 'previous-is-other']),
      };
    case 'image-missing':
      return { ...limit, kind, image, message: fields.maybeText('message') };
    case 'never-healthy':
      return { ...limit, kind, image };
    case 'healthy-after':
    case 'slow-pull':
      return { ...limit, kind, image, ms: fields.number('ms') };
    case 'crash-loop':
      return { ...limit, kind, image, everyMs: fields.maybeNumber('everyMs') };
    case 'socket-refuse':
      return { ...limit, kind, ...readDistress(fields) };
    case 'socket-freeze':
      return { ...limit, kind };
    case 'socket-drop':
      return { ...limit, kind, afterMs: fields.maybeNumber('afterMs') };
    case 'socket-bare':
      return { ...limit, kind, form: fields.maybeOneOf('form', ['null', 'absent', 'empty']) };
    case 'socket-duplicate':
      return { ...limit, kind, extra: fields.number('extra') };
    case 'socket-slow':
    case 'socket-reorder':
      return { ...limit, kind, ms: fields.number('ms') };
    case 'socket-lose':
      return { ...limit, kind, share: fields.number('share') };
    case 'socket-lie':
      return { ...limit, kind, ms: fields.maybeNumber('ms') };
    default:
      throw new Error(`There is no fault of the kind ${kind}.`);
  }
}

function readLimit(fields: Fields): FaultLimit {
  return {
    times: fields.maybeNumber('times'),
    after: fields.maybeNumber('after'),
    service: fields.maybeText('service'),
    environment: fields.maybeText('environment'),
    key: fields.maybeText('key'),
    method: fields.maybeText('method'),
    path: fields.maybeText('path'),
    action: fields.maybeText('action'),
  };
}

function readDistress(fields: Fields) {
  return { status: fields.maybeNumber('status'), retryAfter: fields.maybeText('retryAfter') };
}

function readRedirect(fields: Fields): 301 | 302 | 307 | 308 | undefined {
  const status = fields.maybeNumber('status');
  if (status === undefined || status === 301 || status === 302 || status === 307 || status === 308)
    return status;
  throw new Error('fault.status must be 301, 302, 307 or 308.');
}
