import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EchoApp } from '../../../test/fakes/echo-app.js';
import { say } from '../../../test/fakes/say.js';
import { refuseUnknownMethods } from './unknown-methods.js';

describe(refuseUnknownMethods.name, () => {
  let app: EchoApp;

  beforeAll(async () => {
    app = await EchoApp.start();
  });

  afterAll(() => app.close());

  function query(path: string, rest = '\r\n'): Promise<string> {
    return say(app.port, `QUERY ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${rest}`);
  }

  it.each(['\r\n', 'content-type: text/plain\r\ncontent-length: 7\r\n\r\nrubbish'])(
    'answers QUERY as any other method that a path does not take: %j',
    async (rest) => {
      const said = await query('/echo', rest);

      expect(said).toContain('HTTP/1.1 405 ');
      expect(said).toContain('allow: GET, HEAD, POST');
      expect(said).toContain('"code":"request.method_not_allowed"');
    },
  );

  it('answers QUERY as any other where there is nothing', async () => {
    expect(await query('/nothing')).toContain('"code":"request.not_found"');
  });
});
