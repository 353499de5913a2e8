/** How the windows of a convolution are placed on its input, in the words of tfjs's `Conv2DInfo`. */
export interface Windows {
  readonly batchSize: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
}

/**
 * What each weight of a filter sees, zero beyond the edges.
 *
 * @param values row-major [batch, in height, in width, in channels].
 * @returns row-major [filter height × filter width × in channels, batch × out height × out width].
 */
export function seenInWindows(values: ArrayLike<number>, windows: Windows): Float32Array {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideWidth } = windows;
  const { filterHeight, filterWidth } = windows;
  const seen = new Float32Array(filterHeight * filterWidth * inChannels * batchSize * outHeight * outWidth);
  let to = 0;
  for (let weight = 0; weight < filterHeight * filterWidth * inChannels; weight++) {
    const channel = weight % inChannels;
    const place = (weight - channel) / inChannels;
    const left = (place % filterWidth) * windows.dilationWidth - windows.padInfo.left;
    const top = Math.floor(place / filterWidth) * windows.dilationHeight - windows.padInfo.top;
    for (let image = 0; image < batchSize; image++) {
      for (let row = 0; row < outHeight; row++, to += outWidth) {
        const y = row * windows.strideHeight + top;
        if (y < 0 || y >= inHeight) {
          continue;
        }
        const line = (image * inHeight + y) * inWidth;
        for (let column = 0; column < outWidth; column++) {
          const x = column * strideWidth + left;
          if (x >= 0 && x < inWidth) {
            seen[to + column] = values[(line + x) * inChannels + channel]!;
          }
        }
      }
    }
  }
  return seen;
}

/**
 * Adds up, for each value of the input, what the windows over it have for it.
 *
 * @param parts row-major [batch × out height × out width, filter height × filter width × in channels].
 * @returns row-major [batch, in height, in width, in channels].
 */
export function sumOfWindows(parts: ArrayLike<number>, windows: Windows): Float32Array {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = windows;
  const { filterHeight, filterWidth, dilationWidth } = windows;
  const sums = new Float32Array(batchSize * inHeight * inWidth * inChannels);
  const perRow = filterWidth * inChannels;
  let from = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        const left = column * windows.strideWidth - windows.padInfo.left;
        for (let filterRow = 0; filterRow < filterHeight; filterRow++, from += perRow) {
          const y = row * windows.strideHeight + filterRow * windows.dilationHeight - windows.padInfo.top;
          if (y < 0 || y >= inHeight) {
            continue;
          }
          const line = (image * inHeight + y) * inWidth;
          for (let place = 0; place < filterWidth; place++) {
            const x = left + place * dilationWidth;
            if (x < 0 || x >= inWidth) {
              continue;
            }
            const to = (line + x) * inChannels;
            const at = from + place * inChannels;
            for (let channel = 0; channel < inChannels; channel++) {
              sums[to + channel]! += parts[at + channel]!;
            }
          }
        }
      }
    }
  }
  return sums;
}
