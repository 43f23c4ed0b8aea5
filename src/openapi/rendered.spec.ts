import { beforeEach, describe, expect, it } from '@jest/globals';
import { OpenApiController } from './openapi.controller.js';
import { Rendered } from './rendered.js';

describe(Rendered.name, () => {
  let asked: string[];
  let rendered: Rendered;

  beforeEach(() => {
    asked = [];
    rendered = new Rendered((prefix) => {
      asked.push(prefix);
      return `text for ${prefix}`;
    });
  });

  it('makes a text once for each prefix', () => {
    const texts = ['/a', '/b', '/a', '/b'].map((prefix) => rendered.for(prefix).toString());

    expect(texts).toEqual(['text for /a', 'text for /b', 'text for /a', 'text for /b']);
    expect(asked).toEqual(['/a', '/b']);
  });

  it('forgets what was not asked for the longest', () => {
    const all = Array.from({ length: 16 }, (_, number) => `/${number}`);
    for (const prefix of [...all, '/0', '/more']) rendered.for(prefix);
    asked = [];

    for (const prefix of ['/0', '/more', '/1']) rendered.for(prefix);

    expect(asked).toEqual(['/1']);
  });
});

describe(OpenApiController.name, () => {
  const controller = new OpenApiController();

  it.each(['', '/updater'])('makes the document and the pages once for the prefix %j', (prefix) => {
    const all = () => [
      controller.document(prefix),
      controller.page(prefix, { url: '/docs' }),
      controller.page(prefix, { url: '/docs/' }),
    ];

    const [first, second] = [all(), all()];

    expect(new Set([...first, ...second]).size).toBe(3);
    first.forEach((bytes, index) => expect(bytes).toBe(second[index]));
  });
});
