import { pino, type DestinationStream, type Logger } from 'pino';
import { Secrets } from './secrets.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Fields = Readonly<Record<string, unknown>>;

/** Writes one JSON line (or one readable line) for each thing worth knowing. */
export class Log {
  constructor(private readonly logger: Logger) {}

  /** A log whose every line carries `fields` too. */
  with(fields: Fields): Log {
    return new Log(this.logger.child(fields));
  }

  debug(message: string, fields: Fields = {}): void {
    this.logger.debug(fields, message);
  }

  info(message: string, fields: Fields = {}): void {
    this.logger.info(fields, message);
  }

  warn(message: string, fields: Fields = {}): void {
    this.logger.warn(fields, message);
  }

  error(message: string, fields: Fields = {}): void {
    this.logger.error(fields, message);
  }
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  /** Never written. */
  readonly secrets: readonly string[];
  readonly destination: DestinationStream;
}

export function createLog(options: LogOptions): Log {
  const secrets = new Secrets(options.secrets);
  const render = options.format === 'json' ? (line: string) => line : readable;
  const destination = {
    write: (line: string) => options.destination.write(secrets.masked(render(line))),
  };
  return new Log(
    pino(
      {
        level: options.level,
        base: null,
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (level) => ({ level }) },
      },
      destination,
    ),
  );
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** `12:03:04 warn  message  key=value …` for a person at a terminal, in one line whatever it says. */
function readable(line: string): string {
  const { level, time, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${readableValue(value)}`);
  const said = escaped(String(message)).replaceAll('\\"', '"');
  const words = [String(time).slice(11, 19), String(level).padEnd(5), said, ...rest];
  return `${words.join(' ')}\n`;
}

function readableValue(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}
