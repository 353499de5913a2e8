import { fullDiskError, SlipwayError } from '../../platform/errors.js';
import { VERSION } from '../../platform/version.js';
import { UsageError } from './options.js';

interface Command {
  readonly summary: string;
  /** Loaded only when the command is run: starting is quick. */
  load(): Promise<{ readonly help: string; run(args: readonly string[]): Promise<number> }>;
}

const commands: Readonly<Record<string, Command>> = {
  server: {
    summary: 'start the metadata server',
    load: async () => {
      const { serverHelp: help, serverCommand: run } = await import('./server-command.js');
      return { help, run };
    }
  },
  status: {
    summary: 'show the server, services and kernels',
    load: async () => {
      const { statusHelp: help, statusCommand: run } = await import('./status-command.js');
      return { help, run };
    }
  },
  promote: {
    summary: 'promote a model version to a service',
    load: async () => {
      const { promoteHelp: help, promoteCommand: run } = await import('./promote-command.js');
      return { help, run };
    }
  },
  'models import': {
    summary: 'register an ONNX file that was made elsewhere',
    load: async () => {
      const { modelsImportHelp: help, modelsImportCommand: run } = await import('./models-import-command.js');
      return { help, run };
    }
  },
  cells: {
    summary: 'list the executed cells of a notebook session',
    load: async () => {
      const { cellsHelp: help, cellsCommand: run } = await import('./cells-command.js');
      return { help, run };
    }
  },
  doctor: {
    summary: 'check the installation',
    load: async () => {
      const { doctorHelp: help, doctorCommand: run } = await import('./doctor-command.js');
      return { help, run };
    }
  },
  user: {
    summary: 'manage the users of a shared server',
    load: async () => {
      const { userHelp: help, userCommand: run } = await import('./user-command.js');
      return { help, run };
    }
  },
  token: {
    summary: 'manage the API tokens of users',
    load: async () => {
      const { tokenHelp: help, tokenCommand: run } = await import('./token-command.js');
      return { help, run };
    }
  },
  project: {
    summary: 'manage projects, which control access',
    load: async () => {
      const { projectHelp: help, projectCommand: run } = await import('./project-command.js');
      return { help, run };
    }
  },
  'mlflow import': {
    summary: 'import an MLflow store',
    load: async () => {
      const { mlflowImportHelp: help, mlflowImportCommand: run } = await import('./mlflow-import-command.js');
      return { help, run };
    }
  },
  'db copy': {
    summary: 'copy a data folder to another database',
    load: async () => {
      const { dbCopyHelp: help, dbCopyCommand: run } = await import('./db-copy-command.js');
      return { help, run };
    }
  },
  backup: {
    summary: 'back up everything to a folder',
    load: async () => {
      const { backupHelp: help, backupCommand: run } = await import('./backup-command.js');
      return { help, run };
    }
  },
  restore: {
    summary: 'restore a backup',
    load: async () => {
      const { restoreHelp: help, restoreCommand: run } = await import('./restore-command.js');
      return { help, run };
    }
  },
  gc: {
    summary: 'permanently delete expired entities',
    load: async () => {
      const { gcHelp: help, gcCommand: run } = await import('./gc-command.js');
      return { help, run };
    }
  },
  up: {
    summary: 'start everything with JupyterLab (what npm start does)',
    load: async () => {
      const { upHelp: help, upCommand: run } = await import('./up-command.js');
      return { help, run };
    }
  },
  supervise: {
    summary: 'keep the promoted services running',
    load: async () => {
      const { superviseHelp: help, superviseCommand: run } = await import('./supervise-command.js');
      return { help, run };
    }
  },
  stop: {
    summary: 'stop the server and its services',
    load: async () => {
      const { stopHelp: help, stopCommand: run } = await import('./stop-command.js');
      return { help, run };
    }
  }
};

const OUR_FAULT = 1;
const WRONG_USE = 2;

/**
 * Runs the command line.
 *
 * @param args without the program's own name.
 * @returns the exit code: 0 done, 1 failed, 2 used wrongly.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [first, second] = args;
  const isOfTwoWords = first !== undefined && second !== undefined && Object.hasOwn(commands, `${first} ${second}`);
  const name = isOfTwoWords ? `${first} ${second}` : first;
  const rest = args.slice(isOfTwoWords ? 2 : 1);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(overview());
    return name === undefined ? WRONG_USE : 0;
  }
  if (name === '--version' || name === '-v') {
    console.log(VERSION);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(`slipway: ${whyNot(name)}\n\n${overview()}`);
    return WRONG_USE;
  }
  const { help, run } = await command.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(help);
    return 0;
  }
  try {
    return await run(rest);
  } catch (error) {
    return explain(name, error, help);
  }
}

/** A first word that several commands begin with needs a second one. */
function whyNot(name: string): string {
  const longer = Object.keys(commands).filter(command => command.startsWith(`${name} `));
  return longer.length === 0
    ? `there is no command '${name}'.`
    : `'${name}' needs a second word: ${longer.map(command => `slipway ${command}`).join(', ')}.`;
}

function explain(name: string, thrown: unknown, help: string): number {
  const error = fullDiskError(thrown);
  if (error instanceof UsageError) {
    console.error(`slipway ${name}: ${error.message}\n\n${help}`);
    return WRONG_USE;
  }
  if (error instanceof SlipwayError) {
    console.error(`slipway ${name}: ${error.message}${error.remedy === undefined ? '' : ` ${error.remedy}`}`);
    return OUR_FAULT;
  }
  console.error(`slipway ${name}:`, error);
  return OUR_FAULT;
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, command]) => `  ${name.padEnd(14)} ${command.summary}`);
  return `slipway <command> [options]\n\n${lines.join('\n')}\n\nslipway <command> --help shows the options; slipway --version shows the version.`;
}
