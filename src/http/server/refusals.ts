import type { FastifyRequest } from 'fastify';
import type { UpdaterError } from '../../common/errors.js';
import type { Fields } from '../../common/log.js';

/** Whatever a request says, its line in the log stays a line. */
const MAX_NAME = 100;
const MAX_REASON = 500;

const refusals = new WeakMap<FastifyRequest, UpdaterError>();

/** Keeps why a request is refused until its answer is logged. */
export function noteRefusal(request: FastifyRequest, error: UpdaterError): void {
  refusals.set(request, error);
}

/** Why a request was refused, for the log: with the names of fields, without what they said. Nothing, if it was not. */
export function refusalFields(request: FastifyRequest): Fields {
  const error = refusals.get(request);
  if (!error) return {};
  const { code, message, details } = error;
  const reasons = details.fields?.map((problem) => `${problem.field} ${withoutValues(problem.message)}`);
  const reason = (reasons?.join('; ') ?? withoutValues(message)).slice(0, MAX_REASON);
  const names = details.fields?.map(({ field }) => field.slice(0, MAX_NAME));
  return { code, reason, ...(names && { fields: names }) };
}

/** Values are quoted in our messages, and excerpts of a broken body in those of the JSON parser. */
function withoutValues(message: string): string {
  return message.replace(/".*"/s, '"…"');
}
