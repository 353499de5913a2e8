import { describe, expect, it } from 'vitest';
import { completeModelName } from './model-names.js';

const names = (): Promise<readonly string[]> => Promise.resolve(['rain', 'rain@1', 'rain@champion', 'run:0123']);

const at = (source: string): ReturnType<typeof completeModelName> => completeModelName(source, source.length, names);

describe('Tab in slip.model("…")', () => {
  it('offers registered models with their versions and aliases, and runs', async () => {
    const source = 'const a = 1;\nconst m = await slip.model("rain@';
    expect(await at(source)).toEqual({
      start: source.length - 5,
      end: source.length,
      candidates: ['rain@1', 'rain@champion']
    });
    expect((await at("slip.model('"))?.candidates).toHaveLength(4);
    expect((await at('slip.model( `run:'))?.candidates).toEqual(['run:0123']);
  });

  it('leaves every other place, and names that nothing has, to the compiler', async () => {
    for (const source of ['slip.model("snow', 'slip.model("rain")', 'tf.model("rain', 'slip.data("rain', '']) {
      expect(await at(source)).toBeNull();
    }
  });
});
