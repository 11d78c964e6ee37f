import { fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { type ImageDType, toDtype } from '../transforms/to-dtype.js'
import type { Rgb } from './color.js'

/**
 * A picture that can be drawn on: bytes of red, green and blue. What lies outside is left out. The
 * pixels are those that Pillow's `ImageDraw` sets.
 */
export class Canvas {
  readonly pixels: Uint8Array

  constructor(
    readonly width: number,
    readonly height: number,
    pixels?: Uint8Array,
  ) {
    this.pixels = pixels ?? new Uint8Array(width * height * 3)
  }

  /** The picture as uint8 [3, H, W]. */
  toTensor(): Tensor {
    const { pixels, height, width } = this
    return torch.scope(() =>
      torch.fromTypedArray(pixels, [height, width, 3]).permute(2, 0, 1).contiguous(),
    )
  }

  /** The pixels `x0` to `x1`, both included, of row `y`; `alpha` of 255 covers what is there. */
  horizontal(x0: number, x1: number, y: number, color: Rgb, alpha = 255): void {
    if (y < 0 || y >= this.height) return
    const last = Math.min(x1, this.width - 1)
    for (let x = Math.max(x0, 0); x <= last; x++) this.#set((y * this.width + x) * 3, color, alpha)
  }

  /** A filled rectangle; all its corners are part of it. */
  fill(x0: number, y0: number, x1: number, y1: number, color: Rgb, alpha = 255): void {
    const last = Math.min(y1, this.height - 1)
    for (let y = Math.max(y0, 0); y <= last; y++) this.horizontal(x0, x1, y, color, alpha)
  }

  /** The edges of a rectangle, `width` pixels wide, inside of its corners. */
  outline(x0: number, y0: number, x1: number, y1: number, color: Rgb, width: number): void {
    this.fill(x0, y0, x1, y0 + width - 1, color)
    this.fill(x0, y1 - width + 1, x1, y1, color)
    // The sides end where the edges begin. Of a flat rectangle they run upwards, and so beyond them.
    const [top, bottom] =
      y0 + width <= y1 - width + 1 ? [y0 + width, y1 - width] : [y1 - width + 2, y0 + width]
    this.fill(x0, top, x0 + width - 1, bottom, color)
    this.fill(x1 - width + 1, top, x1, bottom, color)
  }

  /** A filled ellipse that touches the sides of a rectangle. */
  ellipse(x0: number, y0: number, x1: number, y1: number, color: Rgb): void {
    const [width, height] = [x1 - x0, y1 - y0]
    // Pillow draws no ellipse of a single pixel.
    if (width === 0 && height === 0) return
    for (const [y, x] of quarterEllipse(width, height)) {
      for (const row of y === 0 ? [0] : [y, -y]) {
        this.horizontal(x0 + (width - x) / 2, x0 + (width + x) / 2, y0 + (height + row) / 2, color)
      }
    }
  }

  #set(place: number, color: Rgb, alpha: number): void {
    for (let channel = 0; channel < 3; channel++) {
      const under = this.pixels[place + channel] as number
      const mixed = under * (255 - alpha) + (color[channel] as number) * alpha + 128
      // Divides by 255, rounding.
      this.pixels[place + channel] = (mixed + (mixed >> 8)) >> 8
    }
  }
}

/**
 * The outermost x for each y of a quarter of the ellipse with the diameters `a` and `b`. Both count in
 * half pixels from the centre, so that they are integers where the centre is between two pixels.
 */
function quarterEllipse(a: number, b: number): Map<number, number> {
  const distance = (x: number, y: number) => Math.abs((a * y) ** 2 + (b * x) ** 2 - (a * b) ** 2)
  const widest = new Map<number, number>()
  let [x, y] = [a, b % 2]
  for (;;) {
    if (!widest.has(y)) widest.set(y, x)
    if (x === a % 2 && y === b) return widest
    // The nearest to the curve of the points above, diagonal and inside.
    let next: [number, number] = [x, y + 2]
    if (x > 1) {
      for (const other of [
        [x - 2, y + 2],
        [x - 2, y],
      ] as [number, number][]) {
        if (distance(...other) < distance(...next)) next = other
      }
    }
    ;[x, y] = next
  }
}

/** Refuses what is not one image with 3 channels (or 1, where `grey` says so), uint8 or floating-point. */
export function checkPicture(
  where: string,
  image: unknown,
  grey: boolean,
): asserts image is Tensor {
  const shape = grey ? '[3, H, W] or [1, H, W]' : '[3, H, W]'
  if (!(image instanceof Tensor)) fail(where, 'image', `a Tensor of shape ${shape}`, image)
  if (image.dim() !== 3 || (image.size(0) !== 3 && !(grey && image.size(0) === 1))) {
    const got = `[${image.shape.join(', ')}]`
    throw new RangeError(`${where}: expected shape ${shape} for image, got ${got}`)
  }
  if (image.dtype !== 'uint8' && !image.isFloatingPoint()) {
    fail(where, 'image', 'values of type uint8 or floating-point', image.dtype)
  }
}

/**
 * Draws on a copy of an image, uint8 or floating-point with values 0 ... 1.
 *
 * @returns [3, H, W] of the type and on the device of `image`
 */
export function drawOn(image: Tensor, draw: (canvas: Canvas) => void): Tensor {
  const { dtype, device } = image
  return torch.noGrad(() =>
    torch.scope(() => {
      const [, height, width] = image.shape as [number, number, number]
      const bytes = toDtype(image, 'uint8', { scale: true }).expand([3, height, width])
      const interleaved = bytes.permute(1, 2, 0).contiguous().to('cpu').toBytes()
      const canvas = new Canvas(width, height, interleaved)
      draw(canvas)
      return toDtype(canvas.toTensor().to(device), dtype as ImageDType, { scale: true })
    }),
  )
}
