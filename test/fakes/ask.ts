import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { noteAnswer } from '../harness/answers.js';

export interface Question {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** The address of the loopback to ask from. */
  readonly from?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Null where the text is no JSON. */
  readonly json: unknown;
}

/** Sends exactly these headers: unlike `fetch`, it lets a test play a browser. One connection for each question. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body, from }: Question = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const question = request(url, { method, headers, agent: false, localAddress: from }, (answer) => {
      text(answer)
        .then((said) => {
          const { statusCode: status = 0, headers: told } = answer;
          const header = (name: string) => told[name]?.toString();
          noteAnswer({ method, url, status, header, text: said });
          resolve({ status, headers: told, text: said, json: read(said) });
        })
        .catch(reject);
    });
    question.on('error', reject);
    question.end(body);
  });
}

function read(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return null;
  }
}
