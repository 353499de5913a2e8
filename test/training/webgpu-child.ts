import { learnOn } from './learn.ts';
import { cases } from './networks.ts';

/* Learns every network on WebGPU and prints what came of it as JSON; a process of its own, as Vulkan is found at its start. */

const learned: Record<string, unknown> = {};
for (const name of process.argv.slice(2)) {
  const { gradients, losses } = await learnOn('webgpu', cases[name]!);
  learned[name] = { gradients: gradients.map(gradient => [...gradient]), losses };
}
console.log(JSON.stringify(learned));
process.exit(0);
