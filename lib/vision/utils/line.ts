import type { Canvas } from './canvas.js'
import type { Rgb } from './color.js'

type Point = readonly [x: number, y: number]

/** Draws a straight line of a width between two points, with the pixels of Pillow's `ImageDraw.line`. */
export function drawLine(canvas: Canvas, from: Point, to: Point, color: Rgb, width: number): void {
  if (width > 1 && (from[0] !== to[0] || from[1] !== to[1])) wide(canvas, from, to, color, width)
  else thin(canvas, from, to, color)
}

/** One pixel for each step along the longer side, by Bresenham's rule; the last point is part of it. */
function thin(canvas: Canvas, [x0, y0]: Point, [x1, y1]: Point, color: Rgb): void {
  const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)]
  const [stepX, stepY] = [Math.sign(x1 - x0), Math.sign(y1 - y0)]
  const [long, short] = dx > dy ? [dx, dy] : [dy, dx]
  let [x, y] = [x0, y0]
  let error = 2 * short - long
  for (let step = 0; step < long; step++) {
    canvas.horizontal(x, x, y, color)
    if (error >= 0 && short > 0) {
      if (dx > dy) y += stepY
      else x += stepX
      error -= 2 * long
    }
    error += 2 * short
    if (dx > dy) x += stepX
    else y += stepY
  }
  canvas.horizontal(x1, x1, y1, color)
}

/** A rectangle along the line; an even width has its additional pixel on one side. */
function wide(canvas: Canvas, [x0, y0]: Point, [x1, y1]: Point, color: Rgb, width: number): void {
  const [dx, dy] = [x1 - x0, y1 - y0]
  const length = Math.hypot(dx, dy)
  const more = halfUp((width - 1) / 2) / length
  const less = halfDown((width - 1) / 2) / length
  const [left, right] = [halfDown(less * dy), halfDown(more * dy)]
  const [up, down] = [halfDown(less * dx), halfDown(more * dx)]
  fillConvex(canvas, color, [
    [x0 - left, y0 + down],
    [x1 - left, y1 + down],
    [x1 + right, y1 - up],
    [x0 + right, y0 - up],
  ])
}

/** Fills a convex polygon: in each row what lies between the outermost edges. */
function fillConvex(canvas: Canvas, color: Rgb, corners: readonly Point[]): void {
  const rows = corners.map(([, y]) => y)
  const crossings = new Map<number, number[]>()
  corners.forEach(([x0, y0], index) => {
    const [x1, y1] = corners[(index + 1) % corners.length] as Point
    if (y0 === y1) {
      canvas.horizontal(Math.min(x0, x1), Math.max(x0, x1), y0, color)
      return
    }
    // In single precision, as Pillow: where an edge passes between two pixels, the last bit decides.
    const slope = Math.fround((x1 - x0) / (y1 - y0))
    for (let y = Math.min(y0, y1); y <= Math.max(y0, y1); y++) {
      const x = Math.fround(Math.fround((y - y0) * slope) + x0)
      crossings.set(y, [...(crossings.get(y) ?? []), x])
    }
  })
  const first = Math.max(Math.min(...rows), 0)
  for (let y = first; y <= Math.min(Math.max(...rows), canvas.height - 1); y++) {
    const xs = crossings.get(y) ?? []
    if (xs.length > 0)
      canvas.horizontal(halfUp(Math.min(...xs)), halfDown(Math.max(...xs)), y, color)
  }
}

/** The nearest integer; a half goes away from 0. */
const halfUp = (value: number): number =>
  value >= 0 ? Math.floor(value + 0.5) : -Math.floor(0.5 - value)

/** The nearest integer; a half goes towards 0. */
const halfDown = (value: number): number =>
  value >= 0 ? Math.ceil(value - 0.5) : -Math.ceil(-value - 0.5)
