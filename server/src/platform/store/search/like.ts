/**
 * SQL's LIKE: `%` is any text, `_` any one character, everything else itself. The time it takes grows at most with the
 * product of both lengths, whatever the pattern.
 */
export function isLike(text: string, pattern: string, ignoreCase: boolean): boolean {
  const wanted = Array.from(ignoreCase ? pattern.toLowerCase() : pattern);
  const given = Array.from(ignoreCase ? text.toLowerCase() : text);
  let at = 0;
  let position = 0;
  // Where to go on when the text after the last `%` does not fit: that `%` then takes one character more.
  let retryAt = -1;
  let retryPosition = 0;
  while (position < given.length) {
    if (wanted[at] === '%') {
      retryAt = at;
      retryPosition = position;
      at += 1;
    } else if (at < wanted.length && (wanted[at] === '_' || wanted[at] === given[position])) {
      at += 1;
      position += 1;
    } else if (retryAt >= 0) {
      retryPosition += 1;
      position = retryPosition;
      at = retryAt + 1;
    } else {
      return false;
    }
  }
  return wanted.slice(at).every(sign => sign === '%');
}
