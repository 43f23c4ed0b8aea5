import type { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { isAxiosError, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { firstValueFrom, mergeMap, timeout, TimeoutError } from 'rxjs';
import { Clock } from '../common/clock.js';
import { UpdaterError, type ErrorDetails } from '../common/errors.js';
import { readRetryAfter } from '../common/retry-after.js';
import { NotifyRoute } from './proxy/notify.route.js';

const TIMEOUT_MS = 10_000;

/** The statuses of 4xx that say "later". */
const LATER: ReadonlySet<number> = new Set([408, 429]);

const TOO_LARGE = 413;

const REQUEST: AxiosRequestConfig = {
  responseType: 'stream',
  validateStatus: () => true,
  maxRedirects: 0,
};

/** Bytes of an answer that are looked at; what comes after them is dropped. */
const LOOKED_AT = 64 * 1024;

/** What a web page has near its beginning, whatever it claims to be. */
const PAGE = /<(!doctype\s+html|html)\b/i;

const OWN_HEADERS = {
  'content-type': 'application/json',
  connection: 'close',
  'user-agent': 'rancher-service-updater',
};

const NO_WORDS: ReadonlySet<string> = new Set();

/** With which a proxy asks for a password; a receiver never does. */
const PROXY_LOGIN = 407;

/** What is posted, as it goes over the wire. */
export interface Posting {
  /** Whom people know the receiver as: "Slack". */
  readonly to: string;
  readonly url: string;
  readonly json: string;
  /** What of an answer that refuses it may be shown: one of these, if that is the whole answer. */
  readonly errorWords?: ReadonlySet<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes the HTTP requests of all notifiers: no other place does. */
@Injectable()
export class NotifyHttp {
  constructor(
    private readonly http: HttpService,
    private readonly clock: Clock,
    private readonly route: NotifyRoute,
  ) {}

  /**
   * Posts JSON, within ten seconds, and answers in a few words what the receiver said. Redirects are not followed.
   * Goes through the proxy of the settings, where they name one for this address.
   *
   * @throws UpdaterError `notify.failed`, `permanent` after a status of 4xx that does not say "later". Nothing in it names
   * the address, a secret, nor what the receiver said, unless that is one of the error words.
   */
  async post({ to, url, json, errorWords = NO_WORDS, headers = {} }: Posting): Promise<string> {
    const all = { ...headers, ...OWN_HEADERS };
    const ended = new AbortController();
    const { isProxied, config } = this.route.to(url, ended.signal);
    const answer = this.http
      .post<Readable>(url, Buffer.from(json), { ...REQUEST, ...config, signal: ended.signal, headers: all })
      .pipe(mergeMap((response) => read(response, ended.signal)))
      .pipe(timeout({ first: TIMEOUT_MS, scheduler: this.clock.scheduler }));
    try {
      return checked({ to, errorWords }, await firstValueFrom(answer), this.clock.now());
    } catch (error) {
      throw error instanceof UpdaterError ? error : withoutAnswer(to, isProxied, error);
    } finally {
      ended.abort();
    }
  }
}

/** Nothing of the HTTP client's error is kept but its code: the rest can name the URL, a secret. */
function withoutAnswer(to: string, isProxied: boolean, error: unknown): UpdaterError {
  if (error instanceof TimeoutError) return failure(`${to} did not answer within ${TIMEOUT_MS / 1000} s`);
  const code = isAxiosError(error) ? error.code : undefined;
  const way = isProxied ? ' through the proxy' : '';
  return failure(`${to} could not be reached${way}, or its answer not be read (${code ?? 'unknown error'})`);
}

/** The answer with the beginning of its text; lets go of it when the signal is aborted. */
async function read(response: AxiosResponse<Readable>, ended: AbortSignal): Promise<AxiosResponse<string>> {
  const { data: stream } = response;
  ended.addEventListener('abort', () => stream.destroy(), { once: true });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LOOKED_AT) break;
  }
  return { ...response, data: Buffer.concat(chunks).toString('utf8', 0, LOOKED_AT) };
}

function checked(
  { to, errorWords }: Required<Pick<Posting, 'to' | 'errorWords'>>,
  { status, headers, data }: AxiosResponse<string>,
  now: Date,
): string {
  const said = errorWords.has(data) ? ` (${data})` : '';
  if (status === PROXY_LOGIN) throw failure(`the proxy before ${to} answered ${status}`);
  if (status >= 500 || LATER.has(status)) {
    const after: unknown = headers['retry-after'];
    const details = readRetryAfter(typeof after === 'string' ? after : undefined, now);
    throw failure(`${to} answered ${status}${said}`, details);
  }
  if (status >= 400) {
    const isTooLarge = status === TOO_LARGE && { isTooLarge: true };
    throw failure(`${to} refused the message with ${status}${said}`, {
      permanent: true,
      ...isTooLarge,
    });
  }
  if (status >= 300) throw failure(`${to} answered ${status}, a redirect, which is not followed`);
  if (isPage(String(headers['content-type']), data)) {
    throw failure(`${to} answered with a web page: is the URL a webhook?`);
  }
  return `${to} answered ${status}`;
}

/** Slack calls its "ok" HTML, and an answer in XML is no page. */
function isPage(type: string, text: string): boolean {
  return text.trimStart().startsWith('<') && (/^text\/html\b/i.test(type) || PAGE.test(text));
}

function failure(message: string, details: ErrorDetails = {}): UpdaterError {
  return new UpdaterError('notify.failed', message, details);
}
