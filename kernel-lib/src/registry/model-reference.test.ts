import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReference } from './model-reference.js';

describe('the name of a model', () => {
  it('is that of a run, or of a registered model with a version, an alias or a stage', () => {
    expect(parseReference('run:0123abcd')).toEqual({ kind: 'run', run: '0123abcd' });
    expect(parseReference('rain@2')).toEqual({ kind: 'version', name: 'rain', version: '2' });
    expect(parseReference('rain@Production')).toEqual({ kind: 'version', name: 'rain', version: 'Production' });
    expect(parseReference('rain')).toEqual({ kind: 'version', name: 'rain', version: null });
    expect(parseReference('ada@work@2')).toEqual({ kind: 'version', name: 'ada@work', version: '2' });
  });

  it('that is none is refused with the forms that there are', () => {
    for (const text of ['', 'run:', '@2', 'rain@', ' @ ']) {
      expect(() => parseReference(text)).toThrow(/names no model.\nWrite "run:<id>"/);
    }
  });

  it('gives back what was put into it', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9 ._-]{0,20}[a-z]$/);
    const version = fc.stringMatching(/^[A-Za-z0-9_-]{1,10}$/);
    fc.assert(
      fc.property(name, version, (own, at) => {
        expect(parseReference(`${own}@${at}`)).toEqual({ kind: 'version', name: own, version: at });
      })
    );
  });
});
