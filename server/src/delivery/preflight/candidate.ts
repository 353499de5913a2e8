import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ServiceFolder } from '@slipway/service-folder';
import { SERVICE_PROGRAM } from '../../platform/installation.js';
import type { PromotionSubject } from '../releases/ports.js';

const START_TIMEOUT_MS = 20_000;
const Started = z.object({ url: z.string(), pid: z.number().int() });

/** The bundle under examination in a service process of its own, exactly as it would run after the promotion. */
export class Candidate {
  /** Folder with the files of the bundle. */
  readonly bundleFolder: string;
  readonly #root: string;
  readonly #subject: PromotionSubject;
  #child: ChildProcess | undefined;
  #url: Promise<string> | undefined;

  private constructor(root: string, bundleFolder: string, subject: PromotionSubject) {
    this.#root = root;
    this.bundleFolder = bundleFolder;
    this.#subject = subject;
  }

  /** Copies the bundle into a fresh folder below `dataFolder`. @throws DigestMismatchError for a damaged file. */
  static async prepare(dataFolder: string, subject: PromotionSubject): Promise<Candidate> {
    const parent = path.join(dataFolder, 'candidates');
    await mkdir(parent, { recursive: true });
    const root = await mkdtemp(path.join(parent, 'candidate-'));
    const bundleFolder = new ServiceFolder(root, subject.service).bundle(subject.bundle.digest);
    try {
      await subject.bundle.copyTo(bundleFolder);
    } catch (error) {
      await rm(root, { recursive: true, force: true });
      throw error;
    }
    return new Candidate(root, bundleFolder, subject);
  }

  /** Starts the process at the first call. @returns its URL. @throws Error with the process's own last words. */
  url(): Promise<string> {
    this.#url ??= this.#start();
    return this.#url;
  }

  /** Ends the process and removes the folder. */
  async dispose(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    await rm(this.#root, { recursive: true, force: true });
  }

  async #start(): Promise<string> {
    const { service, environment, model, version, bundle } = this.#subject;
    await new ServiceFolder(this.#root, service).writeManifest({
      service,
      environment,
      port: 0,
      release: 1,
      released_at: Date.now(),
      revisions: [{ revision: 1, model, version, bundle_digest: bundle.digest, traffic: 1 }]
    });
    const child = spawn(process.execPath, [SERVICE_PROGRAM, '--data', this.#root, '--service', service], {
      stdio: ['ignore', 'pipe', 'pipe']
    });
    this.#child = child;
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`it did not answer within ${START_TIMEOUT_MS / 1000} s`)),
        START_TIMEOUT_MS
      );
      createInterface({ input: child.stdout }).once('line', line => {
        clearTimeout(timer);
        resolve(Started.parse(JSON.parse(line)).url);
      });
      child.once('exit', code => {
        clearTimeout(timer);
        reject(new Error(words.trim() || `it ended with code ${code}`));
      });
    });
  }
}
