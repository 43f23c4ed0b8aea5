import type { Answer, Answers, Examples, Header, Reference } from '../answers.js';
import type { Schema } from '../json-schema.js';
import { escaped, folded, inline, prose, table } from './html.js';
import { typeOf } from './schema-text.js';

const EXAMPLES = '#/components/examples/';
const HEADERS = '#/components/headers/';

/** All that a route can be answered with, by status, each with its headers and an example of each body. */
export function answersText(answers: Answers, examples: Examples): string {
  const all = Object.entries(answers);
  return [
    table(['status', '', 'headers', 'body'], all.map(answerRow)),
    ...all.flatMap(linksOf),
    ...all.flatMap(([status, answer]) => examplesOf(status, answer, examples)),
  ].join('\n');
}

/** A header's name, whether it is always there, and what it says. */
export function headerText(name: string, { description, required }: Header): string {
  return `<code>${escaped(name)}</code>${required === true ? '' : ' (optional)'}: ${inline(description)}`;
}

function answerRow([status, { description, headers = {}, content = {} }]: [string, Answer]) {
  const bodies = Object.entries(content).map(([type, { schema }]) =>
    type === 'application/json' ? bodyOf(schema) : escaped(type),
  );
  return [
    status,
    prose(description),
    Object.entries(headers).map(headerOf).join('<br>'),
    bodies.join('<br>'),
  ];
}

function headerOf([name, header]: [string, Header | Reference]): string {
  if (!('$ref' in header)) return headerText(name, header);
  return `<a href="#header-${escaped(header.$ref.slice(HEADERS.length))}"><code>${escaped(name)}</code></a>`;
}

function linksOf([status, { links = {} }]: [string, Answer]): readonly string[] {
  return Object.values(links).map(
    ({ operationId: to, description }) =>
      `<p>${status} leads to <a href="#${escaped(to)}">${escaped(to)}</a>: ${inline(description)}.</p>`,
  );
}

/** Objects that have no name are shown by their example. */
function bodyOf(schema: Schema): string {
  return 'properties' in schema ? 'object' : typeOf(schema);
}

function examplesOf(status: string, { content = {} }: Answer, known: Examples): readonly string[] {
  return Object.entries(content).flatMap(([type, { example, examples = {} }]) => [
    ...(example === undefined ? [] : [folded(`example of ${status}, ${type}`, example)]),
    ...Object.entries(examples).map(([name, { $ref: to }]) =>
      folded(`example of ${status}, ${name}`, known[to.slice(EXAMPLES.length)]?.value),
    ),
  ]);
}
