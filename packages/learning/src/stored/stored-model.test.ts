import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { StoredModel, type StoredFiles } from './stored-model.js';

function filesOf(contents: Record<string, string>): StoredFiles {
  const bundle = Object.entries(contents).map(([path, content]) => ({
    path,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    content
  }));
  return {
    reference: 'rain@2',
    runId: null,
    bundle,
    checkpoint: null,
    read: async sha256 => new TextEncoder().encode(bundle.find(file => file.sha256 === sha256)!.content)
  };
}

describe('a stored model', () => {
  it('of another version is refused with its file, and what to do', async () => {
    const later = filesOf({ 'signature.json': '{"task":"telepathy"}' });
    await expect(StoredModel.open(later)).rejects.toMatchObject({
      code: 'MODEL_UNREADABLE',
      message: expect.stringMatching(
        /^The model rain@2 cannot be read: its signature\.json is not what this kernel reads\.\nIt may be of another version/
      ) as string
    });
    await expect(StoredModel.open(filesOf({ 'README.md': '# none' }))).rejects.toThrow('it has no signature.json');
  });

  it('without a bundle and a checkpoint has nothing to open', async () => {
    await expect(StoredModel.open(filesOf({}))).rejects.toMatchObject({ code: 'MODEL_MISSING' });
  });
});
