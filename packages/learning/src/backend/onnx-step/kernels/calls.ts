import { inputsOf, type KernelCall, type Value } from '../recording.js';

/** Who makes a value and who reads it. */
export class Calls {
  readonly #makers = new Map<string, KernelCall>();
  readonly #readers = new Map<string, KernelCall[]>();
  readonly #wanted: ReadonlySet<string>;

  constructor(
    readonly all: readonly KernelCall[],
    wanted: readonly Value[]
  ) {
    this.#wanted = new Set(wanted.map(({ name }) => name));
    for (const call of all) {
      call.outputs.forEach(({ name }) => this.#makers.set(name, call));
      inputsOf(call).forEach(({ name }) => this.#readers.set(name, [...(this.#readers.get(name) ?? []), call]));
    }
  }

  /** The call that makes a value, if its kernel is this one. */
  maker(value: Value | undefined, kernel: string): KernelCall | undefined {
    const call = value && this.#makers.get(value.name);
    return call?.kernel === kernel ? call : undefined;
  }

  /** A value before it was put into other forms. */
  unshaped(value: Value | undefined): Value | undefined {
    const call = value && (this.maker(value, 'Reshape') ?? this.maker(value, 'Cast'));
    return call ? this.unshaped(inputsOf(call)[0]) : value;
  }

  /** Calls that read a value, none when it is read afterwards too. */
  readers({ name }: Value): readonly KernelCall[] {
    return this.#wanted.has(name) ? [] : (this.#readers.get(name) ?? []);
  }

  /** The one call that reads a value, which nobody else asks for. */
  onlyReader(value: Value): KernelCall | undefined {
    const [reader, ...more] = this.readers(value);
    return more.length === 0 ? reader : undefined;
  }
}

/** One input of a call; undefined when it is not given, or a list. */
export function valueOf({ inputs }: KernelCall, name: string): Value | undefined {
  const value = inputs[name];
  return value === undefined || Array.isArray(value) ? undefined : (value as Value);
}
