import { describe, expect, it } from '@jest/globals';
import { ref } from '../json-schema.js';
import { typeOf } from './schema-text.js';

const ONE = '<a href="#schema-One">One</a>';
const TWO = '<a href="#schema-Two">Two</a>';

describe(typeOf.name, () => {
  it.each([
    ['one of several', { anyOf: [ref('One'), ref('Two')] }, `${ONE} or ${TWO}`],
    ['all of several', { allOf: [ref('One'), ref('Two')] }, `${ONE} and ${TWO}`],
    ['one, narrowed', { allOf: [ref('One'), { properties: { code: { enum: ['a'] } } }] }, ONE],
    ['a list', { type: 'array', items: ref('One') }, `list of ${ONE}`],
    ['one or nothing', { type: ['string', 'null'] }, 'string or null'],
  ])('says %s', (_, schema, said) => {
    expect(typeOf(schema)).toBe(said);
  });
});
