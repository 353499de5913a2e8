import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { tensorflowFolder } from '../tensorflow-folder.js';
import type { XlaChoices } from './xla-trial.js';

const Choices = z.record(z.string(), z.boolean());

/** Choices in a file beside the addon; a file that cannot be read or written only means that steps are timed again. */
export class XlaChoiceFile implements XlaChoices {
  readonly #file: string;
  readonly #machine: string;
  #choices: Record<string, boolean> | undefined;

  /** @param version of TensorFlow: another one may choose otherwise. */
  constructor(version: string, folder = tensorflowFolder()) {
    this.#file = path.join(folder, 'xla-choices.json');
    this.#machine = `${version}/${availableParallelism()}`;
  }

  get(step: string): boolean | undefined {
    return this.#load()[`${this.#machine}/${step}`];
  }

  set(step: string, xla: boolean): void {
    const choices = { ...this.#load(), [`${this.#machine}/${step}`]: xla };
    this.#choices = choices;
    try {
      writeFileSync(this.#file, JSON.stringify(choices, null, 1));
    } catch {
      // A folder that belongs to somebody else.
    }
  }

  #load(): Record<string, boolean> {
    if (this.#choices) {
      return this.#choices;
    }
    let choices: Record<string, boolean> = {};
    try {
      choices = Choices.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      // None yet.
    }
    this.#choices = choices;
    return choices;
  }
}
