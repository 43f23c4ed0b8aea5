import type { Examples } from '../answers.js';
import type { Operation, Parameter } from '../operation.js';
import { answersText } from './answer-text.js';
import { escaped, folded, inline, prose, table } from './html.js';
import { typeOf } from './schema-text.js';

/** One route, as a section of the page. `examples`: those that its answers refer to. */
export function operationText(
  method: string,
  path: string,
  operation: Operation,
  examples: Examples,
): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const asked = requestBody?.content['application/json'];
  return [
    `<section id="${escaped(operationId)}">`,
    `<h3>${headingOf(method, path)}</h3>`,
    prose(summary + (description === undefined ? '.' : `.\n\n${description}`)),
    table(['parameter', 'in', 'type', ''], parameters.map(parameterRow)),
    asked ? `<p>Body${requestBody?.required ? '' : ', optional'}: ${typeOf(asked.schema)}</p>` : '',
    asked ? folded('example of a body', asked.example) : '',
    answersText(responses, examples),
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
