import { counted } from '@slipway/wording';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { SlipwayError } from '@slipway/notebook';

/** Formats that are read. */
const READ = new Set(['.png', '.jpg', '.jpeg', '.jpe', '.jfif', '.webp', '.gif', '.tif', '.tiff']);
/** Formats of images that are not. */
const NOT_READ = new Set(
  '.avif .bmp .cr2 .dcm .dib .dng .eps .exr .hdr .heic .heif .ico .j2k .jp2 .jxl .nef .pbm .pcx .pgm .ppm .psd .raw .svg .svgz .tga'.split(
    ' '
  )
);
/** Names of files that a message tells. */
const TOLD = 3;

/** An image in the folder of its class. */
export interface ImageFile {
  /** Relative to the folder of all classes. */
  readonly file: string;
  readonly label: string;
}

/**
 * Finds the images in the folders of their classes. Hidden files and folders, such as the copies that notebooks and file
 * managers make, belong to no class.
 *
 * @param place of the folder; `folder` as the user named it.
 * @throws SlipwayError DATA_NOT_FOUND without the folder; DATA_UNREADABLE for images of formats that are not read, which
 * would be left out otherwise.
 */
export async function findImages(place: string, folder: string): Promise<ImageFile[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new SlipwayError('DATA_NOT_FOUND', `There is no folder "${folder}".`, {
      remedy: `Looked for ${place}. Paths are relative to the notebook's folder.`,
      cause
    });
  });
  const files = entries
    .filter(entry => entry.isFile() || entry.isSymbolicLink())
    .map(entry => path.relative(place, path.join(entry.parentPath, entry.name)))
    .filter(file => !isHidden(file) && file.includes(path.sep))
    .sort();
  refuseOtherFormats(
    files.filter(file => NOT_READ.has(formatOf(file))),
    folder
  );
  return files.filter(file => READ.has(formatOf(file))).map(file => ({ file, label: file.split(path.sep)[0]! }));
}

function isHidden(file: string): boolean {
  return file.split(path.sep).some(part => part.startsWith('.') || part === '__MACOSX');
}

function formatOf(file: string): string {
  return path.extname(file).toLowerCase();
}

function refuseOtherFormats(files: readonly string[], folder: string): void {
  if (files.length === 0) {
    return;
  }
  const formats = [...new Set(files.map(formatOf))].sort().join(', ');
  const more = files.length > TOLD ? ` and ${files.length - TOLD} more` : '';
  throw new SlipwayError(
    'DATA_UNREADABLE',
    `${counted(files.length, 'image')} of "${folder}" ${files.length === 1 ? 'has' : 'have'} a format that is not read (${formats}): ` +
      `${files.slice(0, TOLD).join(', ')}${more}.`,
    { remedy: 'Save them as PNG or JPEG, or move them out of the folder; nothing was registered.' }
  );
}
