// Writes docs/openapi.json as the built service serves it: `npm run openapi`, after anything of the API has changed.
import { writeFileSync } from 'node:fs';

const { openApiDocument } = await import(new URL('../dist/openapi/document.js', import.meta.url).href);
writeFileSync('docs/openapi.json', `${JSON.stringify(openApiDocument(), null, 2)}\n`);
