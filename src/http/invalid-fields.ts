import { type FieldProblem, UpdaterError } from '../common/errors.js';

const MAX_SHOWN = 20;

/** The refusal of a request with these problems; the first 20 of them are told. */
export function invalidFields(fields: readonly FieldProblem[]): UpdaterError {
  const shown = fields.slice(0, MAX_SHOWN);
  const message = shown.map((problem) => `${problem.field} ${problem.message}`).join('; ');
  return new UpdaterError('request.invalid', message, { fields: shown });
}

export function unknownField(field: string): FieldProblem {
  return { field, message: 'is not a known field' };
}
