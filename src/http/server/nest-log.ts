import type { LoggerService } from '@nestjs/common';
import { messageOf } from '../../common/errors.js';
import type { Log } from '../../common/log.js';

/** What keeps the port closed is thrown too: whoever asked for it says so, once. */
const THROWN_TOO = /^Error: (?:listen|getaddrinfo) /;

/** Nest's own words, in our log. */
export class NestLog implements LoggerService {
  constructor(private readonly target: Log) {}

  log(message: unknown, context?: unknown): void {
    this.target.debug(String(message), { context });
  }

  warn(message: unknown, context?: unknown): void {
    this.target.warn(String(message), { context });
  }

  /** Nest gives a stack, a context, or both. */
  error(message: unknown, ...more: unknown[]): void {
    const stack = message instanceof Error ? message.stack : undefined;
    const known = [stack, ...more].filter((detail) => typeof detail === 'string');
    const level = THROWN_TOO.test(String(message)) ? 'debug' : 'error';
    this.target[level](messageOf(message), { error: known.join(' ') });
  }
}
