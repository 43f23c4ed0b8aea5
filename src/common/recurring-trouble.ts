import { messageOf, stackOf, UpdaterError } from './errors.js';
import type { Fields, Log } from './log.js';

interface Failure {
  readonly code: string;
  readonly reason: string;
  /** The stack. */
  readonly error?: string;
}

/** Logs what goes wrong again and again: once for each reason, and once when it is over. */
export class RecurringTrouble {
  private readonly reasons = new Map<string, string>();

  constructor(private readonly log: Log) {}

  /** Logs an error, unless the last one with the same message and fields had the same reason. */
  had(message: string, error: unknown, fields: Fields = {}): void {
    const about = JSON.stringify([message, fields]);
    const failure = failureFields(error);
    if (this.reasons.get(about) === failure.reason) return;
    this.reasons.set(about, failure.reason);
    this.log.error(message, { ...failure, ...fields });
  }

  /** Logs that what was logged with this message and these fields is over; nothing, if nothing was. */
  over(message: string, fields: Fields = {}): void {
    if (this.reasons.delete(JSON.stringify([message, fields]))) this.log.info(`over: ${message}`, fields);
  }
}

/** Why something failed, for the log; what nobody foresaw comes with its stack. */
export function failureFields(error: unknown): Failure {
  if (error instanceof UpdaterError) return { code: error.code, reason: error.message };
  const failure = { code: 'internal.error', reason: messageOf(error) };
  return error instanceof Error ? { ...failure, error: stackOf(error) } : failure;
}
