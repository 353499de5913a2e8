import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ServerFile } from '@slipway/contract';
import { fullDiskError, StorageFullError } from './errors.js';
import { exclusiveLock } from './store/exclusive-lock.js';
import { isProcessAlive } from './processes.js';

/** Where everything of one project is stored. */
export class DataFolder {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Names the folder without making or changing anything. */
  static at(root: string): DataFolder {
    return new DataFolder(path.resolve(root));
  }

  /** Makes the folder and what belongs in it; only its owner can read it. */
  static async create(root: string): Promise<DataFolder> {
    const folder = DataFolder.at(root);
    await mkdir(folder.root, { recursive: true, mode: 0o700 });
    for (const name of ['services', 'spool', 'logs']) {
      await mkdir(path.join(folder.root, name), { recursive: true, mode: 0o700 });
    }
    await ignoringExisting(writeFile(path.join(folder.root, '.gitignore'), '*\n', { flag: 'wx' }));
    return folder;
  }

  /** Whether other users of this machine can look into it; never on Windows, whose rights are of another kind. */
  async isOpenToOthers(): Promise<boolean> {
    return process.platform !== 'win32' && ((await stat(this.root)).mode & 0o077) !== 0;
  }

  get database(): string {
    return path.join(this.root, 'slipway.db');
  }

  get blobs(): string {
    return path.join(this.root, 'blobs');
  }

  /** Uploads that are not yet complete, when artifacts are kept elsewhere. */
  get incoming(): string {
    return path.join(this.root, 'incoming');
  }

  get services(): string {
    return path.join(this.root, 'services');
  }

  get tokenFile(): string {
    return path.join(this.root, 'token');
  }

  get supervisorFile(): string {
    return path.join(this.root, 'supervisor.json');
  }

  /** The bearer token, made at the first start. Read without following a link. */
  async token(): Promise<string> {
    return this.#secret(this.tokenFile);
  }

  /** What secrets in the database are encrypted with; servers that share a database are given the same one. */
  async encryptionKey(): Promise<string> {
    return process.env['SLIPWAY_ENCRYPTION_KEY'] ?? this.#secret(path.join(this.root, 'encryption-key'));
  }

  async #secret(file: string): Promise<string> {
    const known = await this.#readSecret(file);
    if (known !== undefined) {
      return known;
    }
    const secret = randomBytes(32).toString('base64url');
    await writeFile(file, secret, { mode: 0o600, flag: 'wx' });
    return secret;
  }

  async #readSecret(file: string): Promise<string | undefined> {
    const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
    try {
      const handle = await open(file, constants.O_RDONLY | noFollow);
      try {
        const secret = (await handle.readFile('utf8')).trim();
        return secret === '' ? undefined : secret;
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
  }

  /** What the last server here said of itself, whether it lives or not. */
  async serverFile(): Promise<ServerFile | undefined> {
    try {
      return ServerFile.parse(JSON.parse(await readFile(this.#serverFile, 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** The server that runs on this folder now. */
  async runningServer(): Promise<ServerFile | undefined> {
    const server = await this.serverFile();
    return server !== undefined && isProcessAlive(server.pid) ? server : undefined;
  }

  async writeServerFile(server: ServerFile): Promise<void> {
    await this.#replace(this.#serverFile, JSON.stringify(server, null, 2));
  }

  /** The port of the last start, so that clients find the server where it was. */
  async keptPort(): Promise<number | undefined> {
    try {
      const port = Number((await readFile(this.#portFile, 'utf8')).trim());
      return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
    } catch {
      return undefined;
    }
  }

  async keepPort(port: number): Promise<void> {
    await this.#replace(this.#portFile, `${port}\n`);
  }

  /**
   * Takes the folder for this process.
   *
   * @returns gives it back.
   * @throws InvalidStateError that names the process that has it.
   */
  async lock(): Promise<() => Promise<void>> {
    return exclusiveLock(path.join(this.root, 'lock'), {
      place: this.root,
      remedy: `Use that one, stop it with \`slipway stop --data ${this.root}\`, or name another folder with --data.`
    });
  }

  get #serverFile(): string {
    return path.join(this.root, 'server.json');
  }

  get #portFile(): string {
    return path.join(this.root, 'port');
  }

  async #replace(file: string, content: string): Promise<void> {
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      await writeFile(temporary, content, { mode: 0o600 });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      if (!(fullDiskError(error) instanceof StorageFullError)) {
        throw error;
      }
      // A full disk has no room for a second file, but this one has its own.
      await overwrite(file, content);
    }
  }
}

async function overwrite(file: string, content: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.writeFile(content);
    await handle.truncate(Buffer.byteLength(content));
  } finally {
    await handle.close();
  }
}

async function ignoringExisting(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error;
    }
  }
}
