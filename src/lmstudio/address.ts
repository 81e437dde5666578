/**
 * The addresses to try for a base URL, without `/v1` and trailing slashes. `localhost` may resolve to IPv6 first while
 * LM Studio listens on IPv4 only, or the reverse, so both are tried, IPv4 first.
 *
 * @throws TypeError when it is not a URL
 */
export function addressesOf(baseUrl: string): string[] {
  const url = new URL(baseUrl);
  const path = withoutVersion(url.pathname);
  if (url.hostname !== 'localhost') return [`${url.origin}${path}`];
  return ['127.0.0.1', '[::1]'].map((host) => {
    const port = url.port === '' ? '' : `:${url.port}`;
    return `${url.protocol}//${host}${port}${path}`;
  });
}

/** True when the address is of this machine, where `lms server start` can help. */
export function isLoopback(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

function withoutVersion(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  const trimmed = path.slice(0, end);
  return trimmed.endsWith('/v1') && !trimmed.endsWith('/api/v1') ? trimmed.slice(0, -'/v1'.length) : trimmed;
}
