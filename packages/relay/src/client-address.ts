/** Client addresses as caps count them: a machine may have a whole /64 of IPv6, and IPv4 comes mapped on `::`. */
import { isIPv6 } from 'node:net';

/** The address without an IPv4 mapping or a zone. */
export function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? (address.split('%', 1)[0] as string).toLowerCase();
}

/** What counts as one client: an IPv4 address, or the /64 of an IPv6 address. */
export function network(address: string): string {
  const bare = plain(address);
  if (!isIPv6(bare)) return bare;
  const [front = '', back] = bare.split('::');
  const groups = front === '' ? [] : front.split(':');
  if (back !== undefined) {
    const rest = back === '' ? 0 : back.split(':').length;
    while (groups.length + rest < IPV6_GROUPS) groups.push('0');
    if (back !== '') groups.push(...back.split(':'));
  }
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

const IPV6_GROUPS = 8;
const NETWORK_GROUPS = 4;

/** How many there are of each client. */
export class Counts {
  readonly #counts = new Map<string, number>();

  of(client: string): number {
    return this.#counts.get(client) ?? 0;
  }

  add(client: string): void {
    this.#counts.set(client, this.of(client) + 1);
  }

  /** One less; forgets clients of which none is left. */
  remove(client: string): void {
    const left = this.of(client) - 1;
    if (left > 0) this.#counts.set(client, left);
    else this.#counts.delete(client);
  }
}
