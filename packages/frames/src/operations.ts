import { provideFrameOperations } from './frame/frame-operations.js';

// Loaded at first use: most notebooks need few of them.
provideFrameOperations({
  warnOfUnmatched: async (...given) => (await import('./frame/unmatched-rows.js')).warnOfUnmatched(...given),
  head: async (...given) => (await import('./frame/look.js')).headOf(...given),
  sample: async (...given) => (await import('./frame/look.js')).sampleOf(...given),
  describe: async frame => (await import('./profile/describe.js')).describeFrame(frame),
  join: async (...given) => (await import('./frame/combine.js')).joinFrames(...given),
  group: async (...given) => (await import('./frame/combine.js')).groupFrame(...given),
  split: async (...given) => (await import('./frame/split.js')).splitFrame(...given),
  batches: async function* (...given) {
    yield* (await import('./frame/batches.js')).frameBatches(...given);
  },
  dataset: async (...given) => (await import('./frame/batches.js')).frameDataset(...given),
  toArrow: async frame => (await import('./engine/arrow-write.js')).frameToArrow(frame),
  save: async (frame, name) => (await import('./datasets/register.js')).registerFrame(frame, name)
});
