import { Transform } from 'class-transformer';
import { IsCursor, IsOneOf, IsWholeNumber, NumberText, Optional, Rule } from '../common/dto-rules.js';
import { MAX_NAME } from '../http/header-text.js';
import { AUDIT_ACTIONS, type AuditAction } from '../domain/audit.js';

const MAX_PAGE = 100;

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;
const TIME_PROBLEM = 'must be a time such as 2026-03-02T12:00:00Z, or a day such as 2026-03-02';

/** The query of `GET /audit`. */
export class AuditRequest {
  /** From then on; a day begins in UTC. */
  @TimeText()
  @Optional(Rule(timeProblem))
  readonly since?: Date;

  /** Before then. */
  @TimeText()
  @Optional(Rule(timeProblem))
  readonly until?: Date;

  /** A name, or an address where there is no name. */
  @Optional(Rule((value) => textProblem(value, MAX_NAME)))
  readonly caller?: string;

  @IsOneOf(AUDIT_ACTIONS)
  readonly action?: AuditAction;

  /** An id. */
  @Optional(Rule((value) => textProblem(value, 128)))
  readonly upgrade?: string;

  @Optional(Rule((value) => idProblem(value, 'a')))
  readonly environment?: string;

  /** In that environment. */
  @Optional(Rule((value) => idProblem(value, 's')))
  readonly service?: string;

  /** Of a page 20 if it is not said; of a stream all. */
  @NumberText()
  @IsWholeNumber(1, MAX_PAGE)
  readonly limit?: number;

  @IsCursor()
  readonly after?: string;
}

function TimeText(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && TIME.test(value) ? new Date(value) : value,
  );
}

function timeProblem(value: unknown): string | null {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? null : TIME_PROBLEM;
}

function textProblem(value: unknown, max: number): string | null {
  const length = typeof value === 'string' ? Array.from(value).length : 0;
  const isOne = length > 0 && length <= max;
  return isOne ? null : `must be a text of 1 to ${max} characters`;
}

/** By Rancher's ids; a name would be the id of nothing, and nothing be found. */
function idProblem(value: unknown, kind: 'a' | 's'): string | null {
  const isOne = typeof value === 'string' && new RegExp(`^\\d{1,18}${kind}\\d{1,18}$`).test(value);
  return isOne ? null : `must be an id such as 1${kind}7, not a name`;
}
