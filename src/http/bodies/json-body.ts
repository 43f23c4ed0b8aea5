import type { FastifyInstance } from 'fastify';
import { UpdaterError } from '../../common/errors.js';

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 64 * 1024;

const MAX_DEPTH = 16;

/**
 * Whatever its Content-Type, a body is JSON: `curl -d` says that it sends a form. Fastify answers 415 to a type that it
 * cannot read before any parser is asked, so the header is corrected before Fastify looks at it.
 */
export function takeEveryBodyForJson(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ headers }) => {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (hasBody) headers['content-type'] = 'application/json';
    else delete headers['content-type'];
  });
}

/** @throws UpdaterError `request.invalid` that says what is wrong with the text. */
export function parseJson(body: Buffer): unknown {
  const value = parse(decode(body));
  checkDepth(value, MAX_DEPTH);
  return value;
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new UpdaterError('request.invalid', 'The body is not UTF-8 text');
  }
}

function parse(text: string): unknown {
  if (text.trim() === '') throw new UpdaterError('request.invalid', 'The body is empty; send a JSON object');
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof SyntaxError ? `: ${error.message}` : '';
    throw new UpdaterError('request.invalid', `The body is not JSON${detail}`);
  }
}

/** Nobody means it, and whoever follows such a value by recursion comes to the end of the stack. */
function checkDepth(value: unknown, levels: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw new UpdaterError('request.invalid', 'The body is nested too deeply');
  for (const inner of Object.values(value)) checkDepth(inner, levels - 1);
}
