// Writes docs/openapi.json as the built service serves it, and the schema of notices by itself: `npm run openapi`, after
// anything of the API has changed.
import { writeFileSync } from 'node:fs';

const built = (name) => import(new URL(`../dist/openapi/${name}.js`, import.meta.url).href);
const write = (file, value) => writeFileSync(`docs/${file}`, `${JSON.stringify(value, null, 2)}\n`);

const [{ openApiDocument }, { noticeSchema }] = await Promise.all([
  built('document'),
  built('notice-schema'),
]);
write('openapi.json', openApiDocument());
write('notice-v1.schema.json', noticeSchema());
