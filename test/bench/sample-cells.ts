/** A cell of twenty lines, as notebooks have them: data, a function over it, a loop, a look at the result. */
export function twentyLines(n: number): string {
  return `interface Reading${n} { station: string; day: number; rain: number; wind: number }
const stations${n} = ["north", "south", "east", "west"];
const readings${n}: Reading${n}[] = [];
for (let day = 0; day < 90; day++) {
  for (const station of stations${n}) {
    const wave = Math.sin(day / 7 + station.length);
    readings${n}.push({ station, day, rain: Math.max(0, 10 * wave), wind: 5 + 3 * wave });
  }
}
function mean${n}(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((a, b) => a + b, 0) / values.length;
}
const byStation${n} = new Map<string, number>();
for (const station of stations${n}) {
  const own = readings${n}.filter(reading => reading.station === station);
  byStation${n}.set(station, mean${n}(own.map(({ rain }) => rain)));
}
const wettest${n} = [...byStation${n}].sort(([, a], [, b]) => b - a)[0];
const { length: count${n} } = readings${n};
console.log(wettest${n}, count${n}, mean${n}(readings${n}.map(({ wind }) => wind)).toFixed(2));`;
}
