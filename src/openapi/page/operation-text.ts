import type { Answer, Answers } from '../answers.js';
import type { Operation, Parameter } from '../operation.js';
import type { Schema } from '../json-schema.js';
import { escaped, folded, inline, prose, table } from './html.js';
import { typeOf } from './schema-text.js';

/** One route, as a section of the page. */
export function operationText(method: string, path: string, operation: Operation): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const asked = requestBody?.content['application/json'];
  return [
    `<section id="${escaped(operationId)}">`,
    `<h3>${headingOf(method, path)}</h3>`,
    prose(summary + (description === undefined ? '.' : `.\n\n${description}`)),
    table(['parameter', 'in', 'type', ''], parameters.map(parameterRow)),
    asked ? `<p>Body${requestBody?.required ? '' : ', optional'}: ${typeOf(asked.schema)}</p>` : '',
    asked ? folded('example of a body', asked.example) : '',
    table(['status', '', 'body'], Object.entries(responses).map(answerRow)),
    ...examplesOf(responses),
    '</section>',
  ].join('\n');
}

/** What a route is called by. */
export function headingOf(method: string, path: string): string {
  return `<span class="method">${escaped(method)}</span> <code>${escaped(path)}</code>`;
}

function parameterRow({ name, in: place, required, schema }: Parameter): readonly string[] {
  const isOptional = required === true ? '' : ', optional';
  const told = typeof schema['description'] === 'string' ? inline(schema['description']) : '';
  return [`<code>${escaped(name)}</code>`, place, typeOf(schema) + isOptional, told];
}

function answerRow([status, { description, content }]: [string, Answer]): readonly string[] {
  const bodies = Object.entries(content ?? {}).map(([type, { schema }]) =>
    type === 'application/json' ? bodyOf(schema) : escaped(type),
  );
  return [status, prose(description), bodies.join('<br>')];
}

/** Objects that have no name are shown by their example. */
function bodyOf(schema: Schema): string {
  return 'properties' in schema ? 'object' : typeOf(schema);
}

function examplesOf(answers: Answers): readonly string[] {
  return Object.entries(answers).flatMap(([status, { content = {} }]) =>
    Object.entries(content).flatMap(([type, { example }]) =>
      example === undefined ? [] : [folded(`example of ${status}, ${type}`, example)],
    ),
  );
}
