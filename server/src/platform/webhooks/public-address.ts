import { BlockList, isIPv4, isIPv6 } from 'node:net';

/*
 * Addresses of the public internet: what is not in IANA's registries of special-purpose addresses.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry
 */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4'
];
/** Unicast addresses are assigned from here only; whatever embeds an IPv4 address is outside, or among the special ones. */
const GLOBAL_V6 = ['2000::/3'];
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const specialV4 = blockList('ipv4', SPECIAL_V4);
const globalV6 = blockList('ipv6', GLOBAL_V6);
const specialV6 = blockList('ipv6', SPECIAL_V6);

/** Whether it is an address that belongs to nobody's own network. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) {
    return !specialV4.check(address, 'ipv4');
  }
  return isIPv6(address) && globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6');
}

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', bits = ''] = subnet.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}
