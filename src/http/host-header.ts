/** A Host header in its two parts. The name of an IPv6 address keeps its brackets. */
export interface HostParts {
  name: string;
  port: string | undefined;
}

/** Reads a Host header strictly: what a browser would never send (two hosts, blanks, user info) is `undefined`. */
export function parseHost(header: string | undefined): HostParts | undefined {
  if (header === undefined) return undefined;
  const host = header.toLowerCase();
  const closing = host.startsWith('[') ? host.indexOf(']') : -1;
  const colon = host.indexOf(':', closing + 1);
  const name = colon === -1 ? host : host.slice(0, colon);
  const port = colon === -1 ? undefined : host.slice(colon + 1);
  if (!/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(name)) return undefined;
  if (port !== undefined && !/^\d{1,5}$/.test(port)) return undefined;
  return { name, port };
}

/**
 * Whether a Host header names this server. Anything else is another site's name that resolves to us (DNS rebinding).
 * An allowed entry without a port allows every port, so that a forwarded port works.
 */
export function isAllowedHost(header: string | undefined, allowedHosts: readonly string[]): boolean {
  const parts = parseHost(header);
  if (parts === undefined) return false;
  const { name, port } = parts;
  return allowedHosts.some((entry) => {
    const allowed = entry.toLowerCase();
    return allowed === name || (port !== undefined && allowed === `${name}:${port}`);
  });
}

/** Whether an Origin header names the very server that the Host header names: scheme aside, host and port are equal. */
export function isSameOrigin(origin: string, host: string | undefined): boolean {
  const separator = origin.indexOf('://');
  const scheme = origin.slice(0, Math.max(separator, 0));
  if (scheme !== 'http' && scheme !== 'https') return false;
  return origin.slice(separator + 3).toLowerCase() === host?.toLowerCase();
}

/** The names under which a loopback server is reached, and the host that it was configured with. */
export function loopbackHosts(configuredHost: string): string[] {
  const configured = configuredHost.includes(':') ? `[${configuredHost}]` : configuredHost;
  return [...new Set(['localhost', '127.0.0.1', '[::1]', configured])];
}
