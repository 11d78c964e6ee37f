// Figures as PNG: line charts by Vega-Lite, picture grids as an SVG of their own, both drawn by resvg.
// Nothing is taken from the computer: the font (Lato) comes from an npm package.

import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'
import type { Tensor } from 'node-libtorch'
import sharp from 'sharp'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

const require = createRequire(import.meta.url)
const FONT = 'Lato'
const FONT_FILES = ['400Regular/Lato_400Regular.ttf', '700Bold/Lato_700Bold.ttf'].map((file) =>
  require.resolve(`@expo-google-fonts/lato/${file}`),
)

/** Okabe and Ito's colours, which people with any kind of colour vision can tell apart. */
export const COLOURS = {
  blue: '#0072B2',
  orange: '#E69F00',
  green: '#009E73',
  vermilion: '#D55E00',
  grey: '#666666',
} as const

const INK = '#222222'
/** Height of a line of caption in pixels. */
const LINE = 18
const SERIES = [COLOURS.blue, COLOURS.vermilion, COLOURS.green, COLOURS.orange]

/** One axis of a panel. */
export interface Axis {
  title: string
  /** Logarithmic; for the x axis. */
  log?: boolean
  /** Where the axis ends, when the largest value would hide the rest. */
  max?: number
}

/** One panel of a chart. Series of more than one are told apart by a legend. */
export interface Panel {
  x: Axis
  y: Axis
  /** Later ones are drawn over earlier ones. */
  series: { name: string; points: readonly (readonly [x: number, y: number])[]; faint?: boolean }[]
  /** Vertical lines with labels. */
  markers?: readonly { x: number; label: string }[]
  /** Dots on the points: for curves of few points. */
  dots?: boolean
}

/** Draws one panel, or several above each other with one title. Returns the PNG file's bytes. */
export async function lineChart(title: string, ...panels: Panel[]): Promise<Buffer> {
  const height = panels.length === 1 ? 300 : 190
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    padding: 16,
    title: { text: title, anchor: 'start', fontSize: 18, offset: 14, color: INK },
    vconcat: panels.map((panel, i) => ({
      width: 620,
      height,
      layer: layers(panel, i === panels.length - 1),
      resolve: { scale: { color: 'independent' } },
    })),
    spacing: 18,
    config: {
      font: FONT,
      view: { stroke: null },
      axis: {
        labelFontSize: 12,
        titleFontSize: 13,
        titleFontWeight: 'normal',
        titlePadding: 10,
        labelColor: INK,
        titleColor: INK,
        gridColor: '#e4e4e4',
        domainColor: '#888888',
        tickColor: '#888888',
      },
      legend: {
        labelFontSize: 13,
        symbolStrokeWidth: 3,
        symbolStrokeOpacity: 1,
        labelColor: INK,
        title: null,
      },
    },
  } as TopLevelSpec
  const view = new View(parse(compile(spec).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return draw(svg)
}

function layers({ x, y, series, markers = [], dots }: Panel, last: boolean): unknown[] {
  const lines = series.map(({ points, name, faint }, i) => ({
    data: { values: points.map(([px, py]) => ({ x: px, y: py, name })) },
    mark: {
      type: 'line',
      interpolate: 'linear',
      strokeWidth: faint ? 1.2 : 2.4,
      strokeOpacity: faint ? 0.45 : 1,
      point: dots && !faint ? { size: 45, filled: true } : false,
      clip: y.max !== undefined,
    },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: last ? x.title : null,
        scale: { type: x.log ? 'log' : 'linear', nice: false },
        axis: { labels: last, labelFlush: false, ...(x.log ? decades(series) : {}) },
      },
      y: {
        field: 'y',
        type: 'quantitative',
        title: y.title,
        scale: { zero: false, nice: true, ...(y.max === undefined ? {} : { domainMax: y.max }) },
      },
      color: {
        field: 'name',
        type: 'nominal',
        scale: { domain: series.map((one) => one.name), range: SERIES.slice(0, series.length) },
        legend: series.length > 1 && i === 0 ? { orient: 'top', direction: 'horizontal' } : null,
      },
    },
  }))
  // All rules before all labels, so that none runs through a label.
  const drawn = markers.map((marker, i) => markerLayers(marker, i, x, series))
  return [...lines, ...drawn.map(({ rule }) => rule), ...drawn.flatMap(({ labels }) => labels)]
}

/** The smallest and the largest x of all series. */
function extent(series: Panel['series']): [number, number] {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x))
  return [Math.min(...xs), Math.max(...xs)]
}

/** Ticks at powers of ten only. */
function decades(series: Panel['series']): object {
  const [least, most] = extent(series).map(Math.log10) as [number, number]
  const first = Math.ceil(least)
  const length = Math.floor(most) - first + 1
  return { values: Array.from({ length }, (_, i) => 10 ** (first + i)), format: '.0e' }
}

function markerLayers(
  { x, label }: { x: number; label: string },
  number: number,
  axis: Axis,
  series: Panel['series'],
): { rule: unknown; labels: unknown[] } {
  const data = { values: [{ x, label }] }
  const place = { x: { field: 'x', type: 'quantitative' } }
  // The label stands on the side of the line where there is more room.
  const scaled = [x, ...extent(series)].map(axis.log ? Math.log : Number)
  const [at, least, most] = scaled as [number, number, number]
  const side = at - least > most - at ? { align: 'right', dx: -8 } : { align: 'left', dx: 8 }
  const text = { type: 'text', ...side, baseline: 'top', fontSize: 13, color: INK }
  const encoding = { ...place, y: { value: 4 + 18 * number }, text: { field: 'label' } }
  const rule = { type: 'rule', color: COLOURS.grey, strokeDash: [5, 4], strokeWidth: 1.5 }
  return {
    rule: { data, mark: rule, encoding: place },
    // A white halo below the letters keeps grid and rules off them.
    labels: [{ ...text, stroke: 'white', strokeWidth: 5 }, text].map((mark) => ({
      data,
      mark,
      encoding,
    })),
  }
}

/** A picture with the lines of text below it. */
export interface Tile {
  /** [3, height, width], float values from 0 to 1. */
  image: Tensor
  /** The first line is bold. */
  caption: readonly string[]
  /** A frame around the picture. Default: none. */
  frame?: string
}

/** Draws pictures in rows of `columns`, each with its caption. Returns the PNG file's bytes. */
export async function imageGrid(
  title: string,
  tiles: readonly Tile[],
  { columns = 6, size = 150 }: { columns?: number; size?: number } = {},
): Promise<Buffer> {
  const lines = Math.max(...tiles.map((tile) => tile.caption.length))
  const [gap, margin, header] = [14, 20, 52]
  const rowHeight = size + 10 + LINE * lines + gap
  const width = 2 * margin + columns * (size + gap) - gap
  const height = header + Math.ceil(tiles.length / columns) * rowHeight + margin
  const drawn = await Promise.all(
    tiles.map(async (tile, i) => {
      const left = margin + (i % columns) * (size + gap)
      const top = header + Math.floor(i / columns) * rowHeight
      return `<g transform="translate(${left} ${top})">${await tileSvg(tile, size)}</g>`
    }),
  )
  return draw(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONT}">
    <rect width="100%" height="100%" fill="white"/>
    <text x="${margin}" y="34" font-size="19" font-weight="bold" fill="${INK}">${escapeXml(title)}</text>
    ${drawn.join('\n')}</svg>`,
  )
}

async function tileSvg({ image, caption, frame }: Tile, size: number): Promise<string> {
  const href = `data:image/png;base64,${(await toPng(image)).toString('base64')}`
  const text = caption.map((line, i) => {
    const weight = i === 0 ? 'bold' : 'normal'
    const y = size + 18 + LINE * i
    return `<text y="${y}" font-size="13" font-weight="${weight}" fill="${INK}">${escapeXml(shortened(line))}</text>`
  })
  // A hair line keeps a white picture apart from the page.
  const [stroke, width] = frame === undefined ? ['#cccccc', 1] : [frame, 4]
  const [inset, side] = [width / 2, size - width]
  const border = `<rect x="${inset}" y="${inset}" width="${side}" height="${side}" fill="none" stroke="${stroke}" stroke-width="${width}"/>`
  const picture = `<image width="${size}" height="${size}" preserveAspectRatio="xMidYMid slice" href="${href}"/>`
  return picture + border + text.join('')
}

/** A caption that fits below a picture. */
const shortened = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text)

/** The picture in a [3, height, width] float tensor as a PNG file; values outside 0 to 1 are clamped. */
export async function toPng(image: Tensor): Promise<Buffer> {
  const [, height = 0, width = 0] = image.shape
  const bytes = image.detach().to('cpu').mul(255).round().clamp(0, 255).to('uint8').permute(1, 2, 0)
  const raw = { width, height, channels: 3 } as const
  return sharp(bytes.contiguous().toBytes(), { raw }).png().toBuffer()
}

function draw(svg: string): Buffer {
  const font = { loadSystemFonts: false, fontFiles: FONT_FILES, defaultFontFamily: FONT }
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 } }).render().asPng()
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (c) => ENTITIES[c] as string)
