import { pino, type DestinationStream, type Logger } from 'pino';

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
  /** Never written: wherever one would appear, `***` stands. */
  readonly secrets: readonly string[];
  readonly destination: DestinationStream;
}

export function createLog(options: LogOptions): Log {
  const secrets = spellings(options.secrets);
  const render = options.format === 'json' ? (line: string) => line : readable;
  const destination = {
    write: (line: string) => options.destination.write(render(withoutSecrets(line, secrets))),
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

/** A secret can also appear escaped for JSON or for a URL. */
function spellings(secrets: readonly string[]): readonly string[] {
  const all = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return [...new Set(all)].filter((secret) => secret.length > 3).toSorted((a, b) => b.length - a.length);
}

function withoutSecrets(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
}

/** `12:03:04 warn  message  key=value …` for a person at a terminal. */
function readable(line: string): string {
  const { level, time, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${[String(time).slice(11, 19), String(level).padEnd(5), String(message), ...rest].join(' ')}\n`;
}
