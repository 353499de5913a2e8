/**
 * Ways to name parent folders, as they were found in the wild.
 *
 * @param up relative path of a file outside.
 */
export function pathTraversals(up: string): string[] {
  const encodings: ((name: string) => string)[] = [
    name => name,
    name => name.replaceAll('..', '%2e%2e'),
    name => name.replaceAll('/', '%2f'),
    // CVE-2023-6831, CVE-2024-1560: decoded twice.
    name => name.replaceAll('..', '%252e%252e').replaceAll('/', '%252f'),
    // CVE-2023-2780
    name => name.replaceAll('/', '%5c'),
    name => name.replaceAll('..', '..%00'),
    name => name.replaceAll('..', '%c0%ae%c0%ae'),
    name => name.replaceAll('..', '....//'),
    name => name.replaceAll('..', '.%2e'),
    name => `x/${name}`,
    name => `./${name}`,
    name => `%23/${name}`
  ];
  return [
    ...encodings.flatMap(encode => [encode(up), encode('../../../../../../../../etc/passwd')]),
    '/etc/passwd',
    '//etc/passwd',
    '%2fetc%2fpasswd',
    'file:///etc/passwd',
    '%5c%5cserver%5cshare',
    'C:%5cWindows%5cwin.ini',
    'notes.txt%00.png',
    '..',
    '%2e%2e',
    '.'
  ];
}
