/**
 * What a thrown value says: the message of an error, else the value as text.
 *
 * @example messageOf(new Error('The disk is full.')) // 'The disk is full.'
 */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * The first line of what a thrown value says: libraries add positions and hints of their own below it.
 *
 * @example firstLineOf(new Error('No such table.\nLINE 1: …')) // 'No such table.'
 */
export function firstLineOf(thrown: unknown): string {
  return messageOf(thrown).split('\n', 1)[0]!;
}
