import {
  IsCursor,
  IsOneOf,
  IsSwitch,
  IsWholeNumber,
  NumberText,
  Optional,
  Rule,
  SwitchText,
} from '../../common/dto-rules.js';
import { parseImageReference, withoutScheme } from '../../domain/image-reference.js';
import { LEFTOVER, ON_FAILURE, type Leftover, type OnFailure } from '../../domain/rollout.js';
import { UPGRADE_STATUSES, type UpgradeStatus } from '../../domain/upgrade.js';
import { TIMEOUT_RANGE } from '../options.js';

/** Seconds that a caller can wait for an upgrade to settle. */
const MAX_WAIT = 300;

const MAX_PAGE = 100;

/** Seconds: 30 days. */
const MAX_CONFIRM_WITHIN = 2_592_000;

const MAX_SERVICES = 100_000;

const MAX_EVENT = 999_999_999_999_999;

/** The body of `POST /upgrade`. */
export class UpgradeRequest {
  @Rule(imageProblem)
  readonly docker_image: string = '';

  @IsSwitch()
  readonly confirm: boolean = false;

  @IsSwitch()
  readonly start_first: boolean = false;

  @IsWholeNumber(TIMEOUT_RANGE.min, TIMEOUT_RANGE.max)
  readonly timeout?: number;

  @IsSwitch()
  readonly dry_run: boolean = false;

  @IsOneOf(ON_FAILURE)
  readonly on_failure?: OnFailure;

  @IsOneOf(LEFTOVER)
  readonly leftover?: Leftover;

  @IsSwitch()
  readonly ignore_hold: boolean = false;

  /** Seconds. */
  @IsWholeNumber(1, MAX_CONFIRM_WITHIN)
  readonly confirm_within?: number;

  @IsWholeNumber(1, MAX_SERVICES)
  readonly max_failures?: number;

  @IsWholeNumber(1, MAX_SERVICES)
  readonly max_parallel?: number;
}

/** The query of a list. */
export class PageRequest {
  @NumberText()
  @IsWholeNumber(1, MAX_PAGE)
  readonly limit: number = 20;

  @IsCursor()
  readonly after?: string;
}

/** The query of `POST /upgrades/:id/confirm` and its like, or the body. */
export class DecideRequest {
  /** The id of one rollout, where not all are meant. */
  @Optional(Rule(idProblem))
  readonly rollout?: string;
}

/** The query of `GET /events` and `GET /upgrades/:id/events`. */
export class EventsRequest {
  /** The number of an event, for callers that cannot send `Last-Event-ID`. */
  @NumberText()
  @IsWholeNumber(0, MAX_EVENT)
  readonly after?: number;
}

/** The query of `GET /upgrades`. */
export class ListRequest extends PageRequest {
  @IsOneOf(UPGRADE_STATUSES)
  readonly status?: UpgradeStatus;

  /** A whole reference, or a repository alone. */
  @Optional(Rule(imageProblem))
  readonly image?: string;
}

/** The query of `GET /upgrades/:id`. */
export class FindRequest {
  /** Seconds. */
  @NumberText()
  @IsWholeNumber(0, MAX_WAIT)
  readonly wait: number = 0;

  @SwitchText()
  @IsSwitch()
  readonly fail: boolean = false;
}

function imageProblem(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a text such as registry.example.com/acme/web:2.1.0';
  if (value === '') return 'is required';
  const parsed = parseImageReference(withoutScheme(value));
  return parsed.ok ? null : `is no image reference: ${parsed.problem}`;
}

function idProblem(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 128 ? null : 'must be the id of a rollout';
}
