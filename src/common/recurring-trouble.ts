import { messageOf, stackOf, UpdaterError } from './errors.js';
import type { Fields, Log, LogLevel } from './log.js';

interface Failure {
  readonly code: string;
  readonly reason: string;
  /** The stack. */
  readonly error?: string;
}

/** What was said last about a trouble, and how loud. */
interface Said {
  readonly reason: string;
  readonly isQuiet: boolean;
}

/**
 * Logs what goes wrong again and again: once for each reason, and once when it is over; for debugging only what is logged
 * already as the trouble of somebody else.
 */
export class RecurringTrouble {
  private readonly said = new Map<string, Said>();

  constructor(private readonly log: Log) {}

  /**
   * Logs an error, or a warning of what is Rancher's trouble, unless the last one with the same message and fields had the same
   * reason.
   */
  had(message: string, error: unknown, fields: Fields = {}): void {
    const about = JSON.stringify([message, fields]);
    const failure = failureFields(error);
    if (this.said.get(about)?.reason === failure.reason) return;
    const isQuiet = error instanceof UpdaterError && error.details.isLogged === true;
    this.said.set(about, { reason: failure.reason, isQuiet });
    this.log[isQuiet ? 'debug' : levelOf(failure)](message, { ...failure, ...fields });
  }

  /** Logs that what was logged with this message and these fields is over; nothing, if nothing was. */
  over(message: string, fields: Fields = {}): void {
    const about = JSON.stringify([message, fields]);
    const said = this.said.get(about);
    this.said.delete(about);
    if (said) this.log[said.isQuiet ? 'debug' : 'info'](`over: ${message}`, fields);
  }
}

function levelOf({ code }: Failure): LogLevel {
  return code.startsWith('rancher.') ? 'warn' : 'error';
}

/** Why something failed, for the log; what nobody foresaw comes with its stack. */
export function failureFields(error: unknown): Failure {
  if (error instanceof UpdaterError) return { code: error.code, reason: error.message };
  const failure = { code: 'internal.error', reason: messageOf(error) };
  return error instanceof Error ? { ...failure, error: stackOf(error) } : failure;
}
