import { learnOn } from './learn.ts';
import { cases } from './networks.ts';

/* Learns one network on WebGPU and prints what came of it as JSON; a process of its own, as Vulkan is found at its start. */

const { gradients, losses } = await learnOn('webgpu', cases[process.argv[2]!]!);
console.log(JSON.stringify({ gradients: gradients.map(gradient => [...gradient]), losses }));
process.exit(0);
