import type { Columns } from '@slipway/contract';

/** What is known to be made of a foreign graph. */
export type ImportTask = 'classification' | 'regression';

/** What a model wants of pixels from 0 to 255: (pixel / divide − mean) / std. */
export interface PixelOptions {
  /** Default 255 where the input takes fractions, 1 where it takes whole numbers. */
  divide?: number;
  /** One number, or one for each channel; default 0. */
  mean?: number | readonly number[];
  /** Likewise; default 1. */
  std?: number | readonly number[];
}

/** Options of the person who imports a model; most of it only where the file does not say it. */
export interface ImportOptions {
  /**
   * Names of the inputs. A list names the numbers of the only input that takes several, or the inputs in their order; an
   * object names them by input. A text instead of a list is a beginning that gets numbers: "pixel" gives pixel_0, pixel_1, …
   * An input whose rows have several axes is one tensor, unless its numbers are named.
   */
  inputs?: readonly string[] | Readonly<Record<string, string | readonly string[]>>;
  /**
   * The input of three axes is an image: services then take pixels from 0 to 255, [height, width, channels], and image files.
   */
  image?: PixelOptions;
  /** Names of the classes, in the order of the probabilities. */
  labels?: readonly string[];
  /** Names of the quantities, where a regression gives several numbers in each row. */
  values?: readonly string[];
  task?: ImportTask;
  /** What is predicted, in one word. Default: the name of the output. */
  target?: string;
  /** What a classifier's numbers are: probabilities, or logits, which are turned into probabilities. */
  scores?: 'probabilities' | 'logits';
  /** Which outputs are served, where their names and types do not tell; `name[1]` takes an element of a sequence. */
  outputs?: { label?: string; probabilities?: string; value?: string };
  /** Inputs for which a missing value may be given; the graph gets NaN, or an empty text. */
  nullable?: readonly string[];
  /** Some rows to try the model on, by input. Without them rows are generated. */
  sample?: Columns;
  licence?: string;
  /** Where the file was got from. */
  source?: string;
}
