import type { Examples } from '../answers.js';
import type { OpenApiDocument } from '../document.js';
import type { Operation, Tag } from '../operation.js';
import { escaped, inline, prose } from './html.js';
import { answersText, headerText } from './answer-text.js';
import { headingOf, operationText } from './operation-text.js';
import { fieldsOf } from './schema-text.js';
import { STYLE } from './style.js';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The document for people: a page that needs nothing else. `source`: where the document itself is, from the page. */
export function pageOf(document: OpenApiDocument, source: string): string {
  const { info, tags, components } = document;
  const routes = routesOf(document);
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(info.title)}</title>`,
    '<meta name="viewport" content="width=device-width">',
    `<style>${STYLE}</style></head><body>`,
    `<h1>${escaped(info.title)} ${escaped(info.version)}</h1>`,
    `<p>${inline(info.summary)}. The same for programs: <a href="${escaped(source)}">OpenAPI</a>.</p>`,
    prose(info.description),
    `<nav><ul>${routes.map(linkTo).join('')}</ul></nav>`,
    ...tags.map(({ name, description }) => chapter(name, description, routes, components.examples)),
    sending(document),
    anywhere(document),
    '<h2>Schemas</h2>',
    ...schemasOf(document),
    '</body></html>',
  ].join('\n');
}

function routesOf({ paths, servers }: OpenApiDocument): readonly Route[] {
  const prefix = servers[0]?.url.replace(/\/$/, '') ?? '';
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method, path: prefix + path, operation })),
  );
}

function linkTo({ method, path, operation: { operationId } }: Route): string {
  return `<li><a href="#${escaped(operationId)}">${headingOf(method, path)}</a></li>`;
}

function chapter(name: Tag, description: string, routes: readonly Route[], examples: Examples): string {
  const own = routes.filter(({ operation }) => operation.tags[0] === name);
  const sections = own.map(({ method, path, operation }) => operationText(method, path, operation, examples));
  return `<h2>${escaped(name)}</h2>\n<p>${inline(description)}.</p>\n${sections.join('\n')}`;
}

/** What the service itself sends. */
function sending({ webhooks, components }: OpenApiDocument): string {
  const sections = Object.values(webhooks).map(({ post }) =>
    operationText('post', 'the url of a channel', post, components.examples),
  );
  return ['<h2>Webhooks</h2>', ...sections].join('\n');
}

/** What is said once, for it is so at every address. */
function anywhere({ components: { headers, responses, examples } }: OpenApiDocument): string {
  const named = Object.entries(headers).map(
    ([name, header]) => `<p id="header-${escaped(name)}">${headerText(name, header)}.</p>`,
  );
  const answers = { 404: responses.NotFound, 405: responses.MethodNotAllowed };
  return ['<h2>Everywhere</h2>', ...named, answersText(answers, examples)].join('\n');
}

function schemasOf({ components: { schemas } }: OpenApiDocument): readonly string[] {
  return Object.entries(schemas).map(([name, schema]) => {
    const { description } = schema;
    const told = typeof description === 'string' ? prose(description) : '';
    return `<section id="schema-${escaped(name)}"><h3>${escaped(name)}</h3>${told}${fieldsOf(schema)}</section>`;
  });
}
