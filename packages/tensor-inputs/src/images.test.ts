import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, ImageError, imageSize } from './images.js';
import { imageBytes } from './image-text.js';

/** An image of one color. */
function plain(width: number, height: number, background: { r: number; g: number; b: number }): Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

const red = { r: 255, g: 0, b: 0 };

describe('an image as a model receives it', () => {
  it('has the pixels of PNG, JPEG, WebP and TIFF files at the size that is asked for', async () => {
    const png = await decodeImage(await plain(9, 5, red).png().toBuffer(), [2, 3, 3]);
    expect([...png]).toEqual(Array.from({ length: 6 }, () => [255, 0, 0]).flat());
    for (const format of ['jpeg', 'webp', 'tiff', 'gif'] as const) {
      const [r, g, b] = await decodeImage(await plain(9, 5, red).toFormat(format).toBuffer(), [1, 1, 3]);
      expect([r! > 250, g! < 5, b! < 5]).toEqual([true, true, true]);
    }
  });

  it('is gray or in color as is asked for, whatever the file is', async () => {
    const grey = await plain(2, 2, { r: 90, g: 90, b: 90 }).greyscale().toColourspace('b-w').png().toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    expect([...(await decodeImage(grey, [1, 2, 3]))]).toEqual([90, 90, 90, 90, 90, 90]);
    expect(await decodeImage(await plain(2, 2, red).png().toBuffer(), [2, 2, 1])).toHaveLength(4);
    const deep = await sharp(Uint16Array.from([0, 65535, 65535, 0]), {
      raw: { width: 2, height: 2, channels: 1 }
    })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect([...(await decodeImage(deep, [2, 2, 1]))]).toEqual([0, 255, 255, 0]);
  });

  it('has no transparency, and is upright as its EXIF orientation says', async () => {
    const clear = sharp({ create: { width: 2, height: 2, channels: 4, background: { ...red, alpha: 0.5 } } });
    expect(await decodeImage(await clear.png().toBuffer(), [2, 2, 3])).toHaveLength(12);
    const halves = sharp(Uint8Array.from([0, 255]), { raw: { width: 2, height: 1, channels: 1 } });
    const turned = await halves.png().withExif({}).withMetadata({ orientation: 6 }).toBuffer();
    expect([...(await decodeImage(turned, [2, 1, 1]))]).toEqual([0, 255]);
    expect(await imageSize(turned)).toEqual({ width: 2, height: 1 });
  });

  it('is refused when it is not an image, or a damaged one', async () => {
    const png = await plain(40, 40, red).png().toBuffer();
    for (const [file, why] of [
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'is not an image'],
      [Buffer.from('%PDF-1.4'), 'is not an image'],
      [Buffer.alloc(0), 'is not an image'],
      [png.subarray(0, 60), 'is a damaged image']
    ] as const) {
      const error: unknown = await decodeImage(file, [4, 4, 3]).then(null, (e: unknown) => e);
      expect(error).toBeInstanceOf(ImageError);
      expect(String(error)).toContain(why);
    }
  });

  it('is refused when a small file holds a huge image', async () => {
    const bomb = await plain(9000, 9000, red).png({ compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(1 << 20);
    await expect(decodeImage(bomb, [4, 4, 3])).rejects.toThrow('more than 67108864 pixels');
  });
});

describe('an image in a text', () => {
  it('is base64, bare, in lines, or as a data URL', () => {
    const bytes = Buffer.from([137, 80, 78, 71, 1, 2]);
    const text = bytes.toString('base64');
    expect(imageBytes(text)).toEqual(bytes);
    expect(imageBytes(`data:image/png;base64,${text}`)).toEqual(bytes);
    expect(imageBytes(`${text.slice(0, 4)}\r\n${text.slice(4)}\n`)).toEqual(bytes);
  });

  it.each(['', 'cat.png', 'data:image/png,abc', 'data:text/html;base64,PGI+'])('is not %j', text => {
    expect(() => imageBytes(text)).toThrow('is not an image');
  });
});
