import { ApiError } from '../world/api-error.js';
import type { Caller } from '../asking/keys.js';

/** An answer before it is put on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers?: readonly (readonly [string, string])[];
  /** JSON unless it is text. */
  readonly body: unknown;
  readonly contentType?: string;
  /** Not by Cattle's API but by the server below it: its headers come after the type, and the length is known. */
  readonly plain?: boolean;
  /** Headers that tell who the caller is are left out on 400, 401 and 403. */
  readonly caller?: readonly (readonly [string, string])[];
  /** The whole body as it goes out to a caller who accepts gzip. */
  readonly zipped?: Buffer;
  /** Told of the body once it has been zipped. */
  readonly keep?: (zipped: Buffer) => void;
  /** What to do when it has gone out. */
  readonly after?: () => void;
  /** Who may have an event socket instead of this answer, if a handshake asked for it. */
  readonly subscriber?: Caller;
}

const CHALLENGE = 'Basic realm="Enter API access key and secret key as username and password"';

/** The error body, fields in Cattle's order. */
export function errorReply(error: ApiError, id: string, challenge: boolean): Reply {
  return {
    status: error.status,
    headers: error.status === 401 && challenge ? [['WWW-Authenticate', CHALLENGE]] : [],
    body: {
      id,
      type: 'error',
      links: {},
      actions: {},
      status: error.status,
      code: error.code,
      message: error.text,
      detail: null,
      ...(error.fieldName === undefined ? {} : { fieldName: error.fieldName }),
      baseType: 'error',
    },
  };
}

/** What Jetty says where no web page is installed. */
export function jettyNotFound(): Reply {
  return {
    status: 404,
    contentType: 'text/html; charset=ISO-8859-1',
    plain: true,
    headers: [['Cache-Control', 'must-revalidate,no-cache,no-store']],
    body: `<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>
<title>Error 404 Not Found</title>
</head>
<body><h2>HTTP ERROR 404</h2>
<p>Problem accessing /index.html. Reason:
<pre>    Not Found</pre></p><hr><i><small>Powered by Jetty://</small></i><hr/>

</body>
</html>
`,
  };
}

/** The web page, which answers every path outside the API without a dot in it (cattle: ApiRequestFilter). */
export function webPage(): Reply {
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body: '<!DOCTYPE html>\n<html><head><title>Rancher</title></head><body><div id="app"></div></body></html>\n',
  };
}

/** An error page as a proxy in front of Rancher makes it. */
export function proxyPage(status: number): Reply {
  const title = PROXY_TITLES[status] ?? 'Error';
  return {
    status,
    contentType: 'text/html',
    headers: [['Server', 'nginx']],
    body: `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  };
}

const PROXY_TITLES: Readonly<Record<number, string>> = {
  200: 'Login',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};
