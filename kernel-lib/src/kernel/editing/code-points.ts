/** Jupyter counts positions in Unicode code points, JavaScript in UTF-16 units. */
export function toUnits(text: string, codePoints: number): number {
  let units = 0;
  for (let i = 0; i < codePoints && units < text.length; i++) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}

/** The inverse of `toUnits`. */
export function toCodePoints(text: string, units: number): number {
  let codePoints = 0;
  for (const character of text.slice(0, units)) {
    codePoints += character.length > 0 ? 1 : 0;
  }
  return codePoints;
}
