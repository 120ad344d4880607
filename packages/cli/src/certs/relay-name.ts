/** Names that can stand in a relay's certificate. */
import { CliError } from '../errors.js';

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Returns `name` when it can be a relay id: a DNS name (RFC 5280 §4.2.1.6), because TLS checks the id as the server
 * name. Throws `LH_CLI_USAGE` otherwise.
 */
export function parseRelayName(name: string): string {
  const labels = name.split('.');
  const valid = name.length <= 253 && labels.every((label) => LABEL.test(label));
  // A last label of digits makes the whole an IPv4 address to a TLS client.
  if (valid && !/^\d+$/.test(labels[labels.length - 1] as string)) return name;
  throw new CliError(
    'LH_CLI_USAGE',
    `"${name}" cannot be a relay id: use letters, digits and "-" in parts joined by ".", such as edge-hk-1`,
  );
}
