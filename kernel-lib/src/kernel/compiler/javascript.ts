import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';
import type { ScriptMaps } from './script.js';
import type { Transformer } from './transform.js';

/** JavaScript that the kernel runs, and what the compiler wrote beside it. */
export interface Emitted {
  /** CommonJS; null when there is nothing to run. */
  readonly code: string | null;
  readonly maps: ScriptMaps | null;
  readonly declarations: string | undefined;
  /** What the compiler could not write into the declarations. */
  readonly diagnostics: readonly ts.Diagnostic[];
}

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;
const MAP_COMMENT = /\n?\/\/# sourceMappingURL=.*\s*$/;

/** Writes a file of a program as CommonJS, in two steps: to an ES module, and from there. */
export function emitJavaScript(
  ts: TypeScript,
  program: ts.Program,
  file: ts.SourceFile,
  transformer: Transformer
): Emitted {
  let module: string | undefined;
  let declarations: string | undefined;
  const write = (name: string, text: string): void => {
    if (/\.[cm]?jsx?$/.test(name)) {
      module = text;
    } else if (/\.d\.[cm]?ts$/.test(name)) {
      declarations = text;
    }
  };
  const { diagnostics } = program.emit(file, write, undefined, false, { before: [transformer] });
  const { target } = program.getCompilerOptions();
  return { ...toCommonJs(ts, module ?? '', target), declarations, diagnostics };
}

function toCommonJs(
  ts: TypeScript,
  module: string,
  target: ts.ScriptTarget | undefined
): { code: string | null; maps: ScriptMaps | null } {
  const comment = INLINE_MAP.exec(module);
  if (!comment?.[1]) {
    return { code: null, maps: null };
  }
  const { outputText, sourceMapText = '' } = ts.transpileModule(module.slice(0, comment.index), {
    fileName: 'script.js',
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      target,
      newLine: ts.NewLineKind.LineFeed,
      sourceMap: true
    }
  });
  const toModule = Buffer.from(comment[1], 'base64').toString();
  const code = withoutClearing(outputText.replace(MAP_COMMENT, '\n'));
  return { code, maps: { toModule, toCommonJs: sourceMapText } };
}

/** What the compiler puts before code that exports: all exports are undefined until they are assigned. */
const CLEARED =
  /(?<=^Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);\n)(?:(?:exports\.[^\s=]+ = )+void 0;\n)+/m;

/** A name that a failing cell does not come to assign keeps the value that it had; columns stay as they are. */
function withoutClearing(code: string): string {
  return code.replace(CLEARED, cleared => cleared.replace(/[^\n]/g, ' '));
}
