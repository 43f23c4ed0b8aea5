import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parseImageReference, withoutScheme } from '../../src/domain/image-reference.js';
import { openApiDocument } from '../../src/openapi/document.js';
import type { Answer } from '../../src/openapi/answers.js';
import type { Operation } from '../../src/openapi/operation.js';
import { ALWAYS, CHANGING, refusalAnswers } from '../../src/openapi/refusals.js';
import type { Exchange } from './answers.js';

type Json = Readonly<Record<string, unknown>>;

export const DOCUMENT = openApiDocument();

/** What everybody can be answered with at any address. */
const ANYWHERE = refusalAnswers(['request.unidentified', ...ALWAYS, ...CHANGING]);

/** In what an answer is not as documented. */
export function undocumentedIn(exchange: Exchange): readonly string[] {
  const { method, url, status, header } = exchange;
  const path = new URL(url).pathname.replace(/(?<=.)\/$/, '');
  const { pointer, answer } = documentedAnswer(method, path, status);
  if (!answer) return [`the status ${status} is not documented`];
  const missing = Object.entries(answer.headers ?? {}).flatMap(([name, told]) =>
    'required' in told && told.required && header(name.toLowerCase()) === undefined ? [`no ${name}`] : [],
  );
  return [...missing, ...(method === 'HEAD' ? [] : bodyProblems(answer, pointer, exchange))];
}

/** The path in the document that an address is of. */
function templateOf(path: string): string | undefined {
  const parts = path.split('/');
  const templates = Object.keys(DOCUMENT.paths).filter((template) => {
    const pattern = template.split('/');
    return (
      pattern.length === parts.length &&
      pattern.every((part, index) => (part.startsWith('{') ? parts[index] !== '' : part === parts[index]))
    );
  });
  return templates.toSorted((one, other) => one.split('{').length - other.split('{').length)[0];
}

function documentedAnswer(
  method: string,
  path: string,
  status: number,
): { readonly pointer: string; readonly answer: Answer | undefined } {
  const template = templateOf(path);
  const asked = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = operationAt(template, asked);
  if (operation) {
    const pointer = `/paths/${escaped(template ?? '')}/${asked}/responses/${status}`;
    return { pointer, answer: operation.responses[status] };
  }
  const { NotFound, MethodNotAllowed } = DOCUMENT.components.responses;
  const [name, usual] = template === undefined ? ['NotFound', 404] : ['MethodNotAllowed', 405];
  const special = template === undefined ? NotFound : MethodNotAllowed;
  if (status === usual) return { pointer: `/components/responses/${name}`, answer: special };
  return { pointer: `/anywhere/${status}`, answer: ANYWHERE[status] };
}

function operationAt(template: string | undefined, method: string): Operation | undefined {
  const operations: Readonly<Record<string, Operation>> = DOCUMENT.paths[template ?? ''] ?? {};
  return operations[method];
}

function bodyProblems(answer: Answer, pointer: string, { header, text }: Exchange): readonly string[] {
  if (!answer.content) return text === '' ? [] : ['there is a body'];
  const type = header('content-type')?.split(';', 1).join('') ?? 'none';
  if (!(type in answer.content)) return [`the type ${type} is not documented`];
  const schema = `${pointer}/content/${escaped(type)}/schema`;
  switch (type) {
    case 'application/json':
      return mistakesIn(JSON.parse(text), schema);
    case 'application/x-ndjson':
      return linesOf(text).flatMap((line) => mistakesIn(JSON.parse(line), '/components/schemas/AuditEntry'));
    case 'text/event-stream':
      return linesOf(text)
        .filter((line) => line.startsWith('data: '))
        .flatMap((line) => mistakesIn(JSON.parse(line.slice(6)), '/components/schemas/Event'));
    default:
      return text === '' ? ['there is no body'] : [];
  }
}

/** Whole ones; a stream may break off within one. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1).filter(Boolean);
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

const validators = new Map<string, ValidateFunction>();
let ajv: Ajv2020 | undefined;

/** In what a value does not keep to the schema at this place of the document, which has no other fields than it names. */
export function mistakesIn(value: unknown, pointer: string): readonly string[] {
  const isRight = validators.get(pointer) ?? validatorAt(pointer);
  validators.set(pointer, isRight);
  if (isRight(value)) return [];
  return (isRight.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function validatorAt(pointer: string): ValidateFunction {
  ajv ??= newAjv().addSchema(
    closed({ ...DOCUMENT, anywhere: ANYWHERE }) as Json,
    'openapi',
    undefined,
    false,
  );
  return ajv.compile({ $ref: `openapi#${encodeURI(pointer).replaceAll('{', '%7B').replaceAll('}', '%7D')}` });
}

/** Knows the formats that the document uses. */
export function newAjv(): Ajv2020 {
  const formats = {
    'date-time': (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text,
    'image-reference': (text: string) => parseImageReference(withoutScheme(text)).ok,
  };
  return new Ajv2020({ strict: false, allErrors: true, logger: false, formats });
}

/** The same, but objects have no fields that are not told of: readers bear new ones, the document must know them. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const all = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, closed(inner)]));
  const isObject = all['type'] === 'object' && typeof all['properties'] === 'object';
  return isObject ? { additionalProperties: false, ...all } : all;
}
