const TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method not allowed',
  409: 'Conflict',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/**
 * A refusal as Cattle words it. Without a code, code and message are both the status text
 * (cattle: api/messages.properties); validation errors have a null message and say it in `fieldName`.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: string | null,
    readonly fieldName?: string,
  ) {
    super(`${status} ${code} ${text ?? fieldName ?? ''}`);
  }

  static status(status: number): ApiError {
    const text = TEXTS[status] ?? String(status);
    return new ApiError(status, text, text);
  }

  static invalid(code: string, fieldName: string): ApiError {
    return new ApiError(422, code, null, fieldName);
  }
}
